/** Power coefficients of a profile of which only values are known. */

/** Half of `[-1, 1]`: a narrower interval loses digits to `r^-m`, a wider one converges more slowly. */
const RADIUS = 0.5;
/** Chebyshev terms fall like `RATIO^-n`: the largest ellipse with foci `+-RADIUS` in the unit disc. */
const RATIO = (1 + Math.sqrt(1 - RADIUS ** 2)) / RADIUS;
const NODES = 64;
/** Terms behind these are below 1e-100 of the first, whatever a coefficient multiplies them by. */
const TERMS = 400;

/** How far the largest value of an analytic profile in the disc may lie above that on `[-1, 1]`, to be taken for one. */
const SLACK = 1e4;

/** Of rounding to float64. */
export const UNIT = 2 ** -53;
/** What a profile may be wrong by, in parts of its largest value. */
export const PROFILE_ERROR = 16 * UNIT;

/** Coefficients of an expansion of a profile, and how far from the true ones they may be. */
export interface SeriesCoefficients {
  /** One coefficient a degree, from 0. */
  readonly coefficients: Float64Array;
  /** Bounds of their absolute errors. */
  readonly errorBounds: Float64Array;
}

/**
 * Coefficients of `t^0..t^degree` from the Chebyshev interpolant on `[-RADIUS, RADIUS]`.
 *
 * The bounds suppose that the profile is positive definite on all spheres. It is then analytic in the unit disc and at most
 * `kappa(1)` there, so that its n-th Chebyshev term is at most `2 kappa(1) RATIO^-n`. Each coefficient is summed up to the
 * degree at which the rounding of the terms taken and the size of those left are smallest together. Where the terms do not
 * fall like that at all, as at a kink, the profile has no such series: the bounds are infinite.
 */
export function interpolatedSeries(profile: (t: number) => number, degree: number): SeriesCoefficients {
  const { terms, largest } = chebyshevTerms(profile);
  const top = Math.max(largest, Math.abs(profile(1)));
  const rounding = 2 * (PROFILE_ERROR + (NODES + 2) * UNIT) * top;
  const taken = (n: number): number => rounding + 4.1 * top * RATIO ** (n - 2 * NODES); // the second part is aliased
  const left = (n: number): number => 2 * top * RATIO ** -n;
  const isAnalytic = terms.every((value, n) => Math.abs(value) <= rounding + SLACK * left(n));
  const coefficients = new Float64Array(degree + 1);
  const errorBounds = new Float64Array(degree + 1);
  let factors: Float64Array | null = null;
  for (let m = 0; m <= degree; m++) {
    factors = monomialFactors(factors);
    const { sum, bound } = bestSum(terms, factors, taken, left);
    coefficients[m] = sum / RADIUS ** m;
    errorBounds[m] = isAnalytic ? bound / RADIUS ** m : Infinity;
  }
  return { coefficients, errorBounds };
}

/** The partial sum of `terms[n] factors[n]` with the smallest error bound. */
function bestSum(
  terms: Float64Array,
  factors: Float64Array,
  taken: (n: number) => number,
  left: (n: number) => number,
): { sum: number; bound: number } {
  const size = (n: number): number => Math.abs(factors[n]!);
  const rest = new Float64Array(TERMS + 1);
  for (let n = TERMS - 1; n >= 0; n--) rest[n] = rest[n + 1]! + left(n) * size(n);
  let best = { sum: 0, bound: rest[0]! };
  for (let n = 0, sum = 0, error = 0; n < NODES; n++) {
    sum += terms[n]! * factors[n]!;
    error += taken(n) * size(n);
    if (error + rest[n + 1]! < best.bound) best = { sum, bound: error + rest[n + 1]! };
  }
  return best;
}

/** Coefficients of `T_n(t / RADIUS)`, n below {@link NODES}, in the interpolant of the profile; and its largest value. */
function chebyshevTerms(profile: (t: number) => number): { terms: Float64Array; largest: number } {
  const angles = Array.from({ length: NODES }, (_, i) => (Math.PI * (i + 0.5)) / NODES);
  const values = angles.map((angle) => profile(RADIUS * Math.cos(angle)));
  const terms = Float64Array.from({ length: NODES }, (_, n) => {
    const sum = angles.reduce((total, angle, i) => total + values[i]! * Math.cos(n * angle), 0);
    return ((n === 0 ? 1 : 2) / NODES) * sum;
  });
  return { terms, largest: Math.max(...values.map(Math.abs)) };
}

/** Factors of `x^m` in `T_0, T_1, ...`, from those of `x^(m-1)`: `T_(n+1) = 2 x T_n - T_(n-1)`. */
function monomialFactors(lower: Float64Array | null): Float64Array {
  const factors = new Float64Array(TERMS);
  if (lower === null) factors[0] = 1;
  else factors[1] = lower[0]!;
  for (let n = 1; n + 1 < TERMS; n++) factors[n + 1] = 2 * (lower?.[n] ?? 0) - factors[n - 1]!;
  return factors;
}

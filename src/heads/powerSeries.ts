/** Power coefficients of the profiles that have closed forms: recurrences whose terms all have one sign, so nothing cancels. */

/** Fills coefficients `0..degree`; `next(m, a)` gives `a[m]` from the earlier ones. */
function recurrence(degree: number, next: (m: number, a: Float64Array) => number): Float64Array {
  const a = new Float64Array(degree + 1);
  for (let m = 0; m <= degree; m++) a[m] = next(m, a);
  return a;
}

/** `coefficients` cut or filled with zeros to `degree`. */
export function seriesOfLength(coefficients: ArrayLike<number>, degree: number): Float64Array {
  return recurrence(degree, (m) => coefficients[m] ?? 0);
}

/** `(t + c)^p`: binomial coefficients. */
export function binomialSeries(p: number, c: number, degree: number): Float64Array {
  const a = new Float64Array(degree + 1);
  for (let m = p, binomial = 1; m >= 0; binomial *= m / (p - m + 1), m--)
    if (m <= degree) a[m] = binomial * c ** (p - m);
  return a;
}

/** `exp(-x (1 - t))`: Poisson weights, by their logarithms, which do not underflow when `x` is large. */
export function poissonSeries(x: number, degree: number): Float64Array {
  let logFactorial = 0;
  return recurrence(degree, (m) => {
    if (m > 1) logFactorial += Math.log(m);
    return Math.exp(m * Math.log(x) - x - logFactorial);
  });
}

/** `f = exp(-g sqrt(2 - 2t))`, from `(2 - 2t) f'' - f' = g^2 f`. */
export function laplacianSeries(g: number, degree: number): Float64Array {
  return recurrence(degree, (m, a) => {
    if (m === 0) return Math.exp(-g * Math.SQRT2);
    if (m === 1) return g * Math.SQRT1_2 * a[0]!;
    return ((m - 1) * (2 * m - 3) * a[m - 1]! + g * g * a[m - 2]!) / (2 * m * (m - 1));
  });
}

/** `f = exp(-g arccos t)`, from `(1 - t^2) f'' - t f' = g^2 f`. */
export function geodesicLaplacianSeries(g: number, degree: number): Float64Array {
  return recurrence(degree, (m, a) => {
    if (m === 0) return Math.exp((-g * Math.PI) / 2);
    if (m === 1) return g * a[0]!;
    return (((m - 2) ** 2 + g * g) / (m * (m - 1))) * a[m - 2]!;
  });
}

/** `(1 + 2c (1 - t))^(-1/2)`. */
export function inverseMultiquadricSeries(c: number, degree: number): Float64Array {
  const ratio = (2 * c) / (1 + 2 * c);
  return recurrence(degree, (m, a) =>
    m === 0 ? 1 / Math.sqrt(1 + 2 * c) : (a[m - 1]! * ratio * (2 * m - 1)) / (2 * m),
  );
}

/** `1 / (a - t)`. */
export function geometricSeries(a: number, degree: number): Float64Array {
  return recurrence(degree, (m) => a ** -(m + 1));
}

/** `f = arcsin t`, from `(1 - t^2) f'' = t f'`. */
export function arcsineSeries(degree: number): Float64Array {
  return recurrence(degree, (m, a) => {
    if (m < 2) return m;
    return ((m - 2) ** 2 / (m * (m - 1))) * a[m - 2]!;
  });
}

/** `tanh t`, from `f' = 1 - f^2`; the products of one degree all have the same sign. */
export function tanhSeries(degree: number): Float64Array {
  return recurrence(degree, (m, a) => {
    if (m === 0) return 0;
    let square = 0;
    for (let i = 1; i < m - 1; i++) square += a[i]! * a[m - 1 - i]!;
    return ((m === 1 ? 1 : 0) - square) / m;
  });
}

/** `f = arcsin^2 t`, from `(1 - t^2) f'' - t f' = 2`. */
function squaredArcsineSeries(degree: number): Float64Array {
  return recurrence(degree, (m, a) => {
    if (m <= 2) return m === 2 ? 1 : 0;
    return ((m - 2) ** 2 / (m * (m - 1))) * a[m - 2]!;
  });
}

/**
 * `exp(-g arccos(t)^2)` as the exponential of a series; its terms have both signs.
 *
 * With `arccos^2 = pi^2/4 - pi arcsin + arcsin^2 = sum_k c_k t^k` the coefficients obey `m a_m = -g sum_k k c_k a_{m-k}`. The
 * same recurrence on absolute values bounds what rounding does to them.
 */
export function geodesicGaussianSeries(g: number, degree: number): { values: Float64Array; errors: Float64Array } {
  const arcsine = arcsineSeries(degree);
  const squared = squaredArcsineSeries(degree);
  const exponent = arcsine.map((value, k) => -g * (squared[k]! - Math.PI * value));
  const start = Math.exp((-g * Math.PI ** 2) / 4);
  const values = exponentialOf(exponent, start);
  const majorant = exponentialOf(exponent.map(Math.abs), start);
  return { values, errors: majorant.map((value, m) => 1e-15 * (m + 1) * value) };
}

/** The series `start * exp(x)` of a series `x` without constant term. */
function exponentialOf(x: Float64Array, start: number): Float64Array {
  return recurrence(x.length - 1, (m, a) => {
    if (m === 0) return start;
    let sum = 0;
    for (let k = 1; k <= m; k++) sum += k * x[k]! * a[m - k]!;
    return sum / m;
  });
}

import { checkNumber } from '../core/index.js';
import { circleCoefficients } from './circle.js';
import { gegenbauerCoefficients } from './gegenbauer.js';
import type { SeriesCoefficients } from './interpolatedSeries.js';
import { finiteProfile, powerCoefficients } from './powerCoefficients.js';
import { checkDegree } from './sphereKernel.js';
import type { SphereKernel } from './sphereKernel.js';

/** Options of {@link positiveDefiniteness}. */
export interface DefinitenessOptions {
  /** $`d`$ of the sphere $`S^(d-1)`$ in $`R^d`$, an integer of at least 2. Default `Infinity`: every sphere. */
  readonly dimension?: number;
  /** Degree up to which coefficients are searched for a negative one. Default 24. */
  readonly degree?: number;
}

/** A negative coefficient. */
export interface DefinitenessWitness {
  /**
   * What the profile was expanded in: `'power'` ($`t^m`$), `'gegenbauer'` ($`C_n`$ of the sphere asked for), or `'cosine'`
   * ($`cos(n arccos t)`$, the circle that lies in every sphere; read from 1,024 points of it).
   */
  readonly basis: 'power' | 'gegenbauer' | 'cosine';
  /** Degree of the term; -1 and -2 are the odd and the even bracket term. */
  readonly degree: number;
  /** The coefficient, below `-errorBound`. */
  readonly coefficient: number;
  /** Bound of its error. */
  readonly errorBound: number;
}

/** What {@link positiveDefiniteness} found. */
export interface DefinitenessVerdict {
  /** Whether every Gram matrix on the sphere, or on every sphere, has no negative eigenvalue. */
  readonly verdict: 'positive-definite' | 'not' | 'undecided';
  /** A negative coefficient; with `'not'` alone, and not where only the theory tells. */
  readonly witness?: DefinitenessWitness;
  /** Why, in one sentence. */
  readonly reason: string;
}

/**
 * Whether a kernel is positive definite on every sphere, or on the sphere of one dimension.
 *
 * On all of them if and only if $`kappa(t) = sum_m alpha_m t^m`$ plus bracket terms, all factors non-negative; on one
 * $`S^(d-1)`$ if and only if every Gegenbauer coefficient is. The kernels of {@link sphereKernels} answer by theory, polynomials
 * by their coefficients (a Gegenbauer coefficient within rounding of 0 counts as 0), others by numbers: `'not'` when a
 * coefficient is negative beyond its error bound (those of {@link powerCoefficients} and {@link gegenbauerCoefficients}, and
 * on the circle that of rounding alone), else `'undecided'`, as finitely many coefficients prove nothing.
 *
 * @param kernel The kernel.
 * @param options `dimension` (default: every sphere) and `degree`.
 * @returns The verdict, its witness and its reason.
 * @throws InvalidArgumentError If an option is out of range or a value of the profile is not finite.
 * @example
 * ```ts
 * import { positiveDefiniteness, sphereKernels } from 'tfjs-longtail/heads';
 * const legendre = sphereKernels.powerSeries([-0.5, 0, 1.5], { allowNegative: true });
 * const verdicts = [3, 4, Infinity].map((dimension) => positiveDefiniteness(legendre, { dimension }).verdict);
 * console.log(verdicts); // [ 'positive-definite', 'not', 'not' ]
 * ```
 * @see Schoenberg, "Positive definite functions on spheres", Duke Mathematical Journal 9, 1942, theorems 1 and 2.
 */
export function positiveDefiniteness(kernel: SphereKernel, options: DefinitenessOptions = {}): DefinitenessVerdict {
  const { dimension = Infinity } = options;
  const where = 'positiveDefiniteness';
  if (dimension !== Infinity) checkNumber(where, 'dimension', dimension, { min: 2, max: 2 ** 31, integer: true });
  const degree = checkDegree(where, options.degree ?? 24);
  if (kernel.theory.positiveDefinite)
    return {
      verdict: 'positive-definite',
      reason: 'Its power series has no negative coefficient, by its closed form.',
    };
  const witness = negativeBracket(kernel) ?? negativeTerm(where, kernel, dimension, degree);
  if (witness !== undefined) return refuted(witness);
  if (Number.isFinite(kernel.seriesDegree))
    return { verdict: 'positive-definite', reason: 'It is a polynomial, and none of its coefficients is negative.' };
  if (kernel.theory.positiveDefinite === false) {
    const reason = `Some coefficient is negative, by theory, but none up to degree ${degree} is beyond its error bound.`;
    return { verdict: 'not', reason };
  }
  const reason = `No coefficient up to degree ${degree} is negative beyond its error bound, which proves nothing of the others.`;
  return { verdict: 'undecided', reason };
}

const basisNames = { power: 'power', gegenbauer: 'Gegenbauer', cosine: 'cosine' } as const;

function refuted(witness: DefinitenessWitness): DefinitenessVerdict {
  const { basis, degree, coefficient } = witness;
  const bracket = degree === -1 ? 'odd bracket term' : 'even bracket term';
  const term = degree < 0 ? bracket : `${basisNames[basis]} coefficient of degree ${degree}`;
  return { verdict: 'not', witness, reason: `Its ${term} is ${coefficient.toPrecision(6)}.` };
}

/** The bracket terms must not be negative on any sphere: other terms cannot make up for them at infinitely many points. */
function negativeBracket({ parameters }: SphereKernel): DefinitenessWitness | undefined {
  const factors = [parameters['oddBracket'] ?? 0, parameters['evenBracket'] ?? 0];
  const i = factors.findIndex((factor) => factor < 0);
  return i < 0 ? undefined : { basis: 'power', degree: -1 - i, coefficient: factors[i]!, errorBound: 0 };
}

function negativeTerm(
  where: string,
  kernel: SphereKernel,
  dimension: number,
  degree: number,
): DefinitenessWitness | undefined {
  const isPolynomial = Number.isFinite(kernel.seriesDegree);
  const last = isPolynomial ? kernel.seriesDegree : degree;
  const onCircle = (): DefinitenessWitness | undefined =>
    firstNegative('cosine', circleCoefficients(finiteProfile(where, kernel), degree));
  // The circle lies in every sphere, and its bounds suppose nothing of the profile.
  if (dimension === 2 && !isPolynomial) return onCircle();
  const found =
    dimension === Infinity
      ? firstNegative('power', powerCoefficients(kernel, { degree: last }))
      : firstNegative(
          dimension === 2 ? 'cosine' : 'gegenbauer',
          gegenbauerCoefficients(kernel, { dimension, degree: last }),
        );
  return found ?? (isPolynomial ? undefined : onCircle());
}

function firstNegative(
  basis: DefinitenessWitness['basis'],
  { coefficients, errorBounds }: SeriesCoefficients,
): DefinitenessWitness | undefined {
  const degree = coefficients.findIndex((value, n) => value < -errorBounds[n]!);
  if (degree < 0) return undefined;
  return { basis, degree, coefficient: coefficients[degree]!, errorBound: errorBounds[degree]! };
}

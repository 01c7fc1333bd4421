import * as tf from '@tensorflow/tfjs-core';
import { checkNumber } from './checks.js';
import { InvalidArgumentError } from './errors.js';

/** A class prior, validated once, in float64 and, per backend, on the device. */
export class ClassPrior {
  readonly #onDevice = new Map<string, tf.Tensor1D>();

  /** @internal Use {@link classPriorFrom}. */
  constructor(
    /** Probability of each class, float64, sums to 1, every entry > 0. */
    readonly probabilities: Float64Array,
    /** Natural logarithm of the probabilities. */
    readonly logProbabilities: Float64Array,
  ) {}

  /** Number of classes. */
  get numClasses(): number {
    return this.probabilities.length;
  }

  /** `log(probabilities)` as a float32 tensor `[C]` of the current backend; it belongs to the prior, do not dispose it. */
  logTensor(): tf.Tensor1D {
    const backend = tf.getBackend();
    const cached = this.#onDevice.get(backend);
    if (cached !== undefined && !cached.isDisposed) return cached;
    const made = tf.keep(tf.tensor1d(Float32Array.from(this.logProbabilities)));
    this.#onDevice.set(backend, made);
    return made;
  }

  /** Frees the device copies; the prior stays usable and makes new ones when asked. */
  dispose(): void {
    for (const tensor of this.#onDevice.values()) tensor.dispose();
    this.#onDevice.clear();
  }
}

/** Options of {@link classPriorFrom}. */
export interface ClassPriorOptions {
  /** Every smaller count is raised to this, so that no prior is 0. Default: a count of 0 is an error. */
  readonly floor?: number;
}

/**
 * The class prior $`pi_y = n_y / sum(n)`$ from training counts, or from probabilities.
 *
 * @param counts Training-set counts or probabilities, length C >= 2, finite and not negative; they are normalised.
 * @param options `floor`: every smaller count is raised to it.
 * @returns The prior; `dispose()` frees its device copies.
 * @throws InvalidArgumentError If an entry is negative, not finite, or 0 without `floor` (the message names the class).
 * @example
 * ```ts
 * import { classPriorFrom } from 'tfjs-longtail';
 * const prior = classPriorFrom([70, 20, 10]);
 * console.log(Array.from(prior.probabilities)); // [ 0.7, 0.2, 0.1 ]
 * prior.dispose();
 * ```
 * @see Menon et al., "Long-tail learning via logit adjustment", 2021, section 3.
 */
export function classPriorFrom(counts: ArrayLike<number>, options: ClassPriorOptions = {}): ClassPrior {
  return priorOf('classPriorFrom', 'counts', counts, options);
}

/** Options that name a class distribution, one of the two. */
export interface ClassStatistics {
  /** Training-set class counts, length C, every entry > 0. */
  readonly classCounts?: ArrayLike<number>;
  /** Class prior instead of counts, length C; see {@link classPriorFrom}. */
  readonly classPrior?: ClassPrior | ArrayLike<number>;
}

/** The prior that `options` names, checked against `numClasses`, for the function `where`. */
export function resolveClassPrior(where: string, options: ClassStatistics, numClasses: number): ClassPrior {
  const { classCounts, classPrior } = options;
  if ((classCounts === undefined) === (classPrior === undefined)) {
    const got = classCounts === undefined ? 'neither' : 'both';
    throw new InvalidArgumentError(where, 'either classCounts or classPrior', got);
  }
  const name = classCounts === undefined ? 'classPrior' : 'classCounts';
  return resolvePrior(where, name, (classCounts ?? classPrior)!, numClasses);
}

/**
 * `log(prior)` as `[C]` float32 on the current backend, for use inside `tf.tidy`: the kept device copy of a
 * {@link ClassPrior}, or a new tensor for plain numbers (kept ones could not be freed when the caller drops its array).
 */
export function logPriorTensor(where: string, options: ClassStatistics, numClasses: number): tf.Tensor1D {
  const prior = resolveClassPrior(where, options, numClasses);
  return options.classPrior instanceof ClassPrior
    ? prior.logTensor()
    : tf.tensor1d(Float32Array.from(prior.logProbabilities));
}

/** The prior given by `values`, checked against `numClasses`; `name` is the option it came from. */
export function resolvePrior(
  where: string,
  name: string,
  values: ClassPrior | ArrayLike<number>,
  numClasses: number,
): ClassPrior {
  const length = values instanceof ClassPrior ? values.numClasses : values.length;
  if (length !== numClasses) throw new InvalidArgumentError(where, `${name} of length ${numClasses}`, length);
  if (values instanceof ClassPrior) return values;
  return priorOf(where, name, values, {});
}

function priorOf(
  where: string,
  name: string,
  counts: ArrayLike<number>,
  { floor }: { readonly floor?: number },
): ClassPrior {
  if (!(counts?.length >= 2)) {
    throw new InvalidArgumentError(where, `${name} of at least 2 classes`, counts?.length ?? counts);
  }
  if (floor !== undefined) checkNumber(where, 'floor', floor, { min: Number.MIN_VALUE });
  const values = Float64Array.from(counts, (count, index) => {
    const value = checkNumber(where, `${name}[${index}]`, count, { min: 0 });
    if (value === 0 && floor === undefined) {
      throw new InvalidArgumentError(
        where,
        `every entry of ${name} to be positive`,
        `0 for class ${index}`,
        'Drop the class, or use classPriorFrom(counts, { floor })',
      );
    }
    return Math.max(value, floor ?? 0);
  });
  const total = values.reduce((sum, value) => sum + value, 0);
  const probabilities = values.map((value) => value / total);
  return new ClassPrior(probabilities, probabilities.map(Math.log));
}

/** Room for a million probabilities that were rounded to float32. */
const SLACK = 1e-3;

/** Throws unless probabilities given as an array sum to 1: counts in their place are a mistake more often than not. */
export function checkPriorSum(where: string, name: string, prior: ClassPrior | ArrayLike<number> | undefined): void {
  if (prior === undefined || prior instanceof ClassPrior) return;
  let sum = 0;
  for (let y = 0; y < prior.length; y++) sum += prior[y]!;
  if (Math.abs(sum - 1) <= SLACK) return;
  const hint = 'Give counts as classCounts or through classPriorFrom, which normalise them';
  throw new InvalidArgumentError(where, `${name} to sum to 1`, sum, hint);
}

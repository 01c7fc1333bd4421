import { checkNumber, InvalidArgumentError } from '../core/index.js';
import type { EmbeddingArray } from './embeddings.js';
import type { ObjectiveState, SubsetObjective } from './objective.js';
import { symmetric } from './similarityRows.js';

/** What {@link logDeterminant} takes besides the kernel. */
export interface RidgeOptions {
  /** Added to the diagonal, above 0: the variance of noise. Default 1. */
  readonly ridge?: number;
}

/** Inner products $`K_ij = <e_i, e_j>`$ of embeddings as they are, not scaled to length 1. */
export interface EmbeddingKernel {
  /** `[n, d]`. */
  readonly embeddings: EmbeddingArray;
}

/** A kernel of any kind. */
export interface GramKernel {
  /** Positive semidefinite `[n, n]`, row by row. */
  readonly gram: Float32Array | Float64Array;
}

const where = 'logDeterminant';

/**
 * Volume that the selection spans: $`f(S) = ln det(I + K_S / ridge)`$, with `K_S` the rows and columns of S; items that are alike span little.
 *
 * It equals $`ln det(K_S + ridge I) - |S| ln ridge`$, which is monotone and submodular for every positive semidefinite kernel. By a Cholesky factor
 * that grows: a gain is one look-up, adding the t-th item takes `n t` steps (and `n d` for embeddings) and keeps n numbers.
 *
 * @param options A kernel, or embeddings, and the ridge.
 * @returns The objective. Its states throw an InvalidArgumentError where they find that the kernel is not positive semidefinite.
 * @throws InvalidArgumentError If a number is not finite, the kernel is not square and symmetric, its diagonal is negative, or the ridge is not above 0.
 * @example
 * ```ts
 * import { logDeterminant } from 'tfjs-longtail/subset';
 * const embeddings = { values: Float32Array.of(1, 0, 1, 0, 0, 1), dimension: 2 };
 * const state = logDeterminant({ embeddings }).start();
 * state.add(0);
 * console.log(Math.exp(state.gain(1)), Math.exp(state.gain(2))); // 1.5 2: about 1.5 for a duplicate, 2 for another direction
 * ```
 * @see Chen, Zhang and Zhou, "Fast Greedy MAP Inference for Determinantal Point Process", 2018, for the growing factor.
 */
export function logDeterminant(options: (EmbeddingKernel | GramKernel) & RidgeOptions): SubsetObjective {
  const { ridge = 1 } = options;
  if (!(ridge > 0 && ridge < Infinity)) throw new InvalidArgumentError(where, 'a finite ridge above 0', ridge);
  const kernel = 'gram' in options ? gramKernel(options.gram) : embeddingKernel(options.embeddings);
  const { size } = kernel;
  const diagonal = Float64Array.from({ length: size }, (_, item) => kernel.at(item, item));
  diagonal.forEach((value, item) => {
    if (!(value >= 0)) throw new InvalidArgumentError(where, 'a diagonal of at least 0', `${value} for item ${item}`);
  });
  return {
    name: 'log determinant',
    size,
    properties: { monotone: true, submodular: true },
    start: () =>
      new DeterminantState(
        kernel,
        ridge,
        diagonal,
        diagonal.map((value) => value + ridge),
        new Uint8Array(size),
        [],
        0,
      ),
  };
}

interface Kernel {
  readonly size: number;
  at(i: number, j: number): number;
}

function gramKernel(gram: Float32Array | Float64Array): Kernel {
  const size = Math.sqrt(gram.length);
  if (!Number.isInteger(size) || size === 0) {
    throw new InvalidArgumentError(where, 'a gram matrix [n, n] with n at least 1', `${gram.length} numbers`);
  }
  refuseInfinite('a finite gram matrix', gram, size);
  const values = symmetric(where, 'gram', gram, size);
  return { size, at: (i, j) => values[i * size + j]! };
}

function embeddingKernel({ values, dimension }: EmbeddingArray): Kernel {
  checkNumber(where, 'dimension', dimension, { min: 1, integer: true });
  const size = values.length / dimension;
  if (!Number.isInteger(size) || size === 0) {
    const expected = `embeddings [n, ${dimension}] with n at least 1`;
    throw new InvalidArgumentError(where, expected, `${values.length} numbers`);
  }
  refuseInfinite('finite embeddings', values, dimension);
  const at = (i: number, j: number): number => {
    let sum = 0;
    for (let a = i * dimension, b = j * dimension, end = a + dimension; a < end; a++, b++)
      sum += values[a]! * values[b]!;
    return sum;
  };
  return { size, at };
}

function refuseInfinite(expected: string, values: Float32Array | Float64Array, columns: number): void {
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new InvalidArgumentError(where, expected, `${values[wrong]} for item ${Math.floor(wrong / columns)}`);
  }
}

/** How far below the ridge, as a share of the diagonal, rounding of a float32 kernel may push a variance. */
const ROUNDING = 1e-5;

class DeterminantState implements ObjectiveState {
  constructor(
    private readonly kernel: Kernel,
    private readonly ridge: number,
    private readonly diagonal: Float64Array,
    /** Variance of each item given the selection, noise included. */
    private readonly variance: Float64Array,
    private readonly selected: Uint8Array,
    /** Column t of the factor for all items, selected or not; never written to again, so that clones share it. */
    private readonly factor: Float64Array[],
    public value: number,
  ) {}

  gain(item: number): number {
    return this.selected[item] === 1 ? 0 : Math.log(Math.max(1, this.variance[item]! / this.ridge));
  }

  add(item: number): ArrayLike<number> | 'all' {
    if (this.selected[item] === 1) return [];
    this.value += this.gain(item);
    this.selected[item] = 1;
    const column = this.nextColumn(item);
    this.factor.push(column);
    for (let other = 0; other < column.length; other++) {
      this.variance[other]! -= column[other]! ** 2;
      if (this.selected[other] === 0) this.checkVariance(other);
    }
    return 'all';
  }

  clone(): ObjectiveState {
    const { kernel, ridge, diagonal, variance, selected, factor, value } = this;
    return new DeterminantState(kernel, ridge, diagonal, variance.slice(), selected.slice(), factor.slice(), value);
  }

  private nextColumn(item: number): Float64Array {
    const column = new Float64Array(this.kernel.size);
    for (let other = 0; other < column.length; other++) column[other] = this.kernel.at(item, other);
    for (const earlier of this.factor) {
      const scale = earlier[item]!;
      for (let other = 0; other < column.length; other++) column[other]! -= scale * earlier[other]!;
    }
    const root = Math.sqrt(this.variance[item]!);
    for (let other = 0; other < column.length; other++) column[other]! /= root;
    return column;
  }

  private checkVariance(item: number): void {
    const { ridge } = this;
    if (this.variance[item]! >= ridge - ROUNDING * (ridge + this.diagonal[item]!)) return;
    const got = `a variance of ${this.variance[item]! - ridge} for item ${item}, given what is selected`;
    throw new InvalidArgumentError(where, 'a positive semidefinite kernel', got);
  }
}

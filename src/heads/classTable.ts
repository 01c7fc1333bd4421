import type * as tf from '@tensorflow/tfjs-core';
import type { RandomStream } from '../core/index.js';
import type { RowOptimizer } from '../optimizers/index.js';
import { HostTable } from './classTableOnHost.js';
import type { DenseWeights } from './nearestClassMean.js';

/** Options of {@link classTable}. */
export interface ClassTableOptions {
  /** Number of classes C, at least 2. */
  readonly classes: number;
  /** Number of features D, at least 1. */
  readonly dimension: number;
  /** How rows are updated: `rowSgd()`, `rowAdagrad()`, `rowAdam()`. */
  readonly optimizer: RowOptimizer;
  /** A bias for each class, 0 at first. Default `false`. */
  readonly bias?: boolean;
  /** Where the initial weights come from, uniform within $`1 / sqrt(D)`$ of 0. Default: all weights begin at 0. */
  readonly random?: RandomStream;
}

/** Numbers on the host with a shape. */
export interface HostArray {
  /** Shape; row-major. */
  readonly shape: readonly number[];
  /** The numbers. */
  readonly values: Float32Array | Int32Array;
}

/** How {@link ClassTable.score} reads its ids. */
export interface ScoreIdsOptions {
  /** The ids are `[B, S]` row by row, S for each example, instead of `[S]` for all of them. Default `false`. */
  readonly perExample?: boolean;
}

/** The weights of very many classes, of which a step reads and changes a few; made by {@link classTable}. */
export interface ClassTable {
  /** Number of classes C. */
  readonly classes: number;
  /** Number of features D. */
  readonly dimension: number;
  /**
   * A trainable variable, always 0, through which a gradient reaches the rows even where none reaches the features. Belongs into
   * the list of variables, where a list is given to `tf.variableGrads` or `minimize`.
   */
  readonly anchor: tf.Variable;
  /**
   * Logits `[B, S]` of features `[B, D]` for some classes. Differentiable once; the backward pass leaves the gradient of the rows
   * with the table, for {@link ClassTable.applyGradients}.
   *
   * @param features `[B, D]` float32.
   * @param ids Class ids in `0..C-1`, `[S]`, or `[B, S]` row by row with `perExample`; a class may come several times.
   * @throws InvalidArgumentError If a shape does not fit or an id is out of range; in the backward pass, if it runs
   *   inside another gradient.
   */
  score(features: tf.Tensor2D, ids: ArrayLike<number>, options?: ScoreIdsOptions): tf.Tensor2D;
  /** Logits `[B]` of each example for one class, `ids` `[B]`: its label. As {@link ClassTable.score} otherwise. */
  scorePairs(features: tf.Tensor2D, ids: ArrayLike<number>): tf.Tensor1D;
  /**
   * One step of the optimizer, on the rows that were scored and differentiated since the last one; the gradients of a
   * class are summed. To be awaited before the next score.
   *
   * @throws InvalidArgumentError If no gradient came since the last step, or the learning rate is negative or not finite.
   */
  applyGradients(options: { readonly learningRate: number }): Promise<void>;
  /** Forgets the gradients that came since the last step. */
  discardGradients(): void;
  /**
   * Weights and optimizer state by name, for a checkpoint: live arrays, to be copied by who keeps them. `weights` is `[C, D]`, or
   * `[C, D + 1]` with the bias as last column.
   */
  state(): Readonly<Record<string, HostArray>>;
  /**
   * Takes back what {@link ClassTable.state} gave; copied.
   *
   * @throws InvalidArgumentError If a name or a shape is not that of this table.
   */
  restore(state: Readonly<Record<string, HostArray>>): void;
  /**
   * All weights as those of a tfjs dense layer: kernel `[D, C]`, one column a class, and bias `[C]`, 0 without one; the
   * caller disposes them.
   */
  toDense(): DenseWeights;
  /** Frees the anchor and the gradients not yet applied. */
  dispose(): void;
}

/**
 * The weights of very many classes, kept on the host with the state of their optimizer: a sampled softmax over a million
 * classes costs what one over a thousand does.
 *
 * `score` copies only the rows that it is asked for to the device, each class once; their gradient comes back with the backward pass,
 * and `applyGradients` changes these rows alone. Time and memory of a step do not grow with C. The table itself takes
 * `4 C D` bytes, the optimizer none to twice as much again, and an index 4 bytes a class.
 *
 * @param options `classes`, `dimension`, `optimizer`, `bias`, `random`.
 * @returns The table; `dispose()` frees its one variable.
 * @throws InvalidArgumentError If an option is out of its range, or the arrays are larger than the runtime allows.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { classTable } from 'tfjs-longtail/heads';
 * import { sampledSoftmaxCrossEntropy } from 'tfjs-longtail/losses';
 * import { rowAdagrad } from 'tfjs-longtail/optimizers';
 * import { samplingWeights, uniformSampler } from 'tfjs-longtail/sampling';
 * const table = classTable({ classes: 100_000, dimension: 2, optimizer: rowAdagrad(), random: randomStream(1) });
 * const sampler = uniformSampler({ numClasses: 100_000 });
 * const random = randomStream(2);
 * const labels = [7, 99_999];
 * const features = tf.tensor2d([[1, 0], [0, 1]]);
 * const optimizer = tf.train.sgd(0.1);
 * const losses = [];
 * for (let step = 0; step < 20; step++) {
 *   const draw = sampler.draw({ labels, count: 50, random });
 *   const loss = optimizer.minimize(() => sampledSoftmaxCrossEntropy(
 *     table.scorePairs(features, labels),
 *     table.score(features, draw.ids),
 *     { logWeights: samplingWeights(draw, labels, 'importance'), accidentalHits: draw.accidentalHits },
 *   ) as tf.Scalar, true);
 *   await table.applyGradients({ learningRate: 1 });
 *   losses.push((await loss!.data())[0]!);
 * }
 * console.log(losses[19]! < losses[0]!); // true
 * ```
 * @see Jean et al., "On using very large target vocabulary for neural machine translation", ACL 2015 (sampled softmax).
 */
export function classTable(options: ClassTableOptions): ClassTable {
  return new HostTable(options);
}

import * as tf from '@tensorflow/tfjs-core';
import { checkDtype, checkNumber, checkShape, InvalidArgumentError } from '../core/index.js';
import { vector } from './options.js';
import type { LossOptions } from './options.js';

/** Weighted targets `a [B, C]` in the form that computes with them in the fewest passes over `[B, C]`. */
export interface TargetRows {
  /** 1 for a row that is not ignored, else 0, `[B]`. */
  readonly present: tf.Tensor1D;
  /** The class ids with a place in the logits each; absent for distributions. */
  readonly labels?: LabelRows;
  /** `log total - scores` where the targets ask for it, `[B]` or `[B, C]`; the scores are at most 0. */
  surprise(scores: tf.Tensor2D, total: tf.Tensor2D): tf.Tensor;
  /** `sum_y a_y v_y` of each row, `[B]`, for values `v` in the shape that `surprise` gives. */
  weigh(values: tf.Tensor): tf.Tensor1D;
  /** What the backward pass has to keep of `a * slopes`, the slopes in the shape that `surprise` gives; default 1. */
  kept(slopes?: tf.Tensor): tf.Tensor[];
  /** `upstream * (mass * e / total - a)` with `mass = sum_y a_y`, the `a` made of what was kept. */
  gradient(e: tf.Tensor2D, total: tf.Tensor2D, kept: readonly tf.Tensor[], upstream: tf.Tensor1D): tf.Tensor;
}

/** Class ids of a batch, each with its place in `[B, C]`. */
export interface LabelRows {
  /** The class ids, those out of range moved into `0..C-1`, `[B]` int32. */
  readonly ids: tf.Tensor1D;
  /** Row and class id, `[B, 2]` int32. */
  readonly positions: tf.Tensor2D;
}

/** What is applied to the targets. */
export interface TargetOptions extends Pick<LossOptions, 'classMask'> {
  /** Share of each row's mass that is spread evenly over the classes that take part. */
  readonly labelSmoothing?: number;
  /** Factor of each class's share, `[C]`, after smoothing; does not decide whether a row is ignored. */
  readonly classWeights?: tf.Tensor1D | undefined;
}

/** Scores further below the largest count as this far: float32 overflows, and 0 times infinity is not a number. */
export const FARTHEST = -1e30;

/** Throws unless `logits` are float32 `[B, C]` and `targets` int32 `[B]` or `[B, C]`. */
export function checkTargets(where: string, targets: tf.Tensor, logits: tf.Tensor): void {
  checkShape(where, 'logits', logits, [null, null]);
  checkDtype(where, 'logits', logits, 'float32');
  const [rows, classes] = logits.shape;
  const ids = targets.rank === 1 && targets.shape[0] === rows;
  const distributions = targets.rank === 2 && targets.shape[0] === rows && targets.shape[1] === classes;
  if (!ids && !distributions) {
    const expected = `targets of shape [${rows}] or [${rows}, ${classes}]`;
    throw new InvalidArgumentError(where, expected, `[${targets.shape.join(', ')}]`);
  }
  if (ids && targets.dtype !== 'int32') {
    const hint = "Make them with tf.tensor1d(ids, 'int32')";
    throw new InvalidArgumentError(where, 'class ids of dtype int32', targets.dtype, hint);
  }
}

/** The rows of checked `targets` under class weights, a class mask and label smoothing. */
export function targetRows(where: string, targets: tf.Tensor, numClasses: number, options: TargetOptions): TargetRows {
  return targets.rank === 1 && (options.labelSmoothing ?? 0) === 0
    ? idRows(where, targets as tf.Tensor1D, numClasses, options)
    : denseRows(denseTargets(where, targets, numClasses, options));
}

/** Class ids inside the classes and the mask, 1 or 0, and their places. */
export function labelRows(
  where: string,
  ids: tf.Tensor1D,
  numClasses: number,
  { classMask }: Pick<LossOptions, 'classMask'>,
): LabelRows & { readonly present: tf.Tensor1D } {
  // Not clipByValue: on the wasm backend it reads int32 as float32.
  const inside = tf.minimum<tf.Tensor1D>(tf.maximum(ids, tf.scalar(0, 'int32')), tf.scalar(numClasses - 1, 'int32'));
  const known = tf.cast<tf.Tensor1D>(tf.equal(inside, ids), 'float32');
  const positions = tf.stack([tf.range(0, ids.size, 1, 'int32'), inside], 1) as tf.Tensor2D;
  if (classMask === undefined) return { ids: inside, positions, present: known };
  const present = tf.mul<tf.Tensor1D>(known, tf.gather(vector(where, 'classMask', classMask, numClasses), inside));
  return { ids: inside, positions, present };
}

/** `x` with other values at `[row, class]` positions; `x` is used up: the cpu backend writes into it. */
export function overwriteAt(x: tf.Tensor2D, positions: tf.Tensor2D, values: tf.Tensor): tf.Tensor2D {
  if (tf.getBackend() !== 'webgl') return tf.tensorScatterUpdate<tf.Rank.R2>(x, positions, values);
  // There it mixes the two, x + (v - x), and v is lost beside an x out of range.
  const there = tf.scatterND(positions, tf.onesLike(values), x.shape);
  return tf.where(tf.cast(there, 'bool'), tf.scatterND(positions, values, x.shape), x);
}

/** Gathers and scatters single places instead of multiplying by one-hot rows: fewer passes over `[B, C]`. */
function idRows(where: string, targets: tf.Tensor1D, numClasses: number, options: TargetOptions): TargetRows {
  const { ids, positions, present } = labelRows(where, targets, numClasses, options);
  const { classWeights } = options;
  const weights = classWeights && tf.gather(classWeights, ids);
  const weighted = <T extends tf.Tensor>(values: T): T => (weights ? tf.mul(values, weights) : values);
  return {
    present,
    labels: { ids, positions },
    surprise: (scores, total) => {
      const own = tf.maximum(tf.gatherND(scores, positions), FARTHEST);
      return tf.sub(tf.log(tf.reshape(total, [-1])), own);
    },
    weigh: (values) => weighted(values as tf.Tensor1D),
    kept: (slopes) => [positions, ...(slopes ? [weighted(slopes)] : weights ? [weights] : [])],
    gradient: (e, total, [places, factor], upstream) => {
      const scale = factor ? tf.mul<tf.Tensor1D>(upstream, factor) : upstream;
      const spread = tf.mul<tf.Tensor2D>(e, tf.div(tf.reshape(scale, [-1, 1]), total));
      const own = tf.sub(tf.gatherND(spread, places!), scale);
      return overwriteAt(spread, places as tf.Tensor2D, own);
    },
  };
}

function denseRows({ shares, present }: DenseTargets): TargetRows {
  return {
    present,
    surprise: (scores, total) => tf.sub(tf.log(total), tf.maximum(scores, FARTHEST)),
    weigh: (values) => tf.sum(tf.mul(shares, values), 1),
    kept: (slopes) => [slopes ? tf.mul(shares, slopes) : shares],
    gradient: (e, total, [a], upstream) => {
      const scale = tf.reshape(upstream, [-1, 1]);
      const mass = tf.sum(a!, 1, true);
      return tf.sub(tf.mul(e, tf.mul(tf.div(mass, total), scale)), tf.mul(a!, scale));
    },
  };
}

/** Targets as weighted distributions. */
export interface DenseTargets {
  /** `a [B, C]`: share times weight of each class. */
  readonly shares: tf.Tensor2D;
  /** 1 for a row that is not ignored, else 0, `[B]`. */
  readonly present: tf.Tensor1D;
}

/** Class ids or distributions as `a [B, C]`, masked, smoothed and weighted; throws if the smoothing is not in 0..1. */
export function denseTargets(
  where: string,
  targets: tf.Tensor,
  numClasses: number,
  { classMask, labelSmoothing = 0, classWeights }: TargetOptions,
): DenseTargets {
  checkNumber(where, 'labelSmoothing', labelSmoothing, { min: 0, max: 1 });
  const rows = targets.rank === 1 ? oneHot(targets, numClasses) : tf.cast(targets, 'float32');
  const mask = classMask === undefined ? undefined : vector(where, 'classMask', classMask, numClasses);
  const inside = mask === undefined ? rows : tf.mul(rows, mask);
  const mass = tf.sum(inside, 1, true);
  const smoothed = labelSmoothing === 0 ? inside : smooth(inside, mass, labelSmoothing, mask);
  return {
    shares: (classWeights ? tf.mul(smoothed, classWeights) : smoothed) as tf.Tensor2D,
    present: tf.cast<tf.Tensor1D>(tf.greater(tf.reshape(mass, [-1]), 0), 'float32'),
  };
}

/** One-hot rows; zeros for an id outside `0..C-1`. */
export function oneHot(ids: tf.Tensor, numClasses: number): tf.Tensor2D {
  // Asked for float32 itself, tf.oneHot of the wasm backend writes the bits of an int32 1: about 1e-45.
  return tf.cast(tf.oneHot(ids, numClasses), 'float32') as tf.Tensor2D;
}

/** `(1 - epsilon) q + epsilon mass / C'` on the `C'` classes that take part. */
function smooth(q: tf.Tensor, mass: tf.Tensor, epsilon: number, mask: tf.Tensor1D | undefined): tf.Tensor {
  const share =
    mask === undefined ? tf.div(mass, q.shape[1]!) : tf.mul(mass, tf.div(mask, tf.maximum(tf.sum(mask), 1)));
  return tf.add(tf.mul(q, 1 - epsilon), tf.mul(share, epsilon));
}

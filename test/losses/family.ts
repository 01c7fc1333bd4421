/** Every loss of the room, with a float64 reference written from its definition. */
import type * as tf from '@tensorflow/tfjs';
import * as losses from '../../src/losses/index.js';
import type { LossOptions, SoftmaxLossOptions } from '../../src/losses/index.js';
import { centralDifference, logSumExp } from '../support/reference.js';
import type { ReferenceOptions } from '../support/reference.js';

/** A loss with its own options bound. */
export type Loss = (targets: tf.Tensor, logits: tf.Tensor2D, options?: SoftmaxLossOptions) => tf.Tensor;

/** The loss of one row from its targets, of the classes that take part. */
export type RowReference = (q: readonly number[], f: readonly number[], inside: readonly number[]) => number;

/** A loss under test. */
export interface LossCase {
  readonly name: string;
  readonly loss: Loss;
  /** The loss as `model.compile` takes it. */
  readonly compiled: (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor;
  /** Exact loss of a row. */
  readonly row: RowReference;
  /** Whether a constant added to the logits of a row changes nothing. */
  readonly shiftInvariant: boolean;
  /** Whether targets are labels of which a row may have several, so that smoothing and mixtures have no meaning. */
  readonly multiLabel: boolean;
  /** The same loss for other classes. */
  readonly of: (counts: readonly number[]) => Loss;
}

/** Class counts of the cases. */
export const counts = [500, 60, 9, 1];
export const C = counts.length;

interface Description<O> {
  readonly name: string;
  readonly loss: (targets: tf.Tensor, logits: tf.Tensor2D, options: O) => tf.Tensor;
  readonly make: (counts: readonly number[]) => O;
  readonly row: RowReference;
  readonly shiftInvariant?: boolean;
  readonly multiLabel?: boolean;
}

function caseOf<O extends LossOptions>(description: Description<O>): LossCase {
  const { name, loss, make, row, shiftInvariant = true, multiLabel = false } = description;
  const of = (classCounts: readonly number[]): Loss => {
    const bound = make(classCounts);
    return (targets, logits, options) => loss(targets, logits, { ...bound, ...options });
  };
  const compiled = losses.forCompile(loss, make(counts));
  return { name, loss: of(counts), compiled, row, shiftInvariant, multiLabel, of };
}

const total = counts.reduce((sum, count) => sum + count, 0);
const pi = counts.map((count) => count / total);
const largest = Math.max(...pi);
const smallest = Math.min(...pi);

/** `sum_y q_y L(y, f)`. */
export const mixture = (
  lossOf: (y: number, f: readonly number[], inside: readonly number[]) => number,
): RowReference => {
  return (q, f, inside) => inside.reduce((sum, y) => sum + (q[y] === 0 ? 0 : q[y]! * lossOf(y, f, inside)), 0);
};

/** `alpha_y log[1 + sum_{y' != y} exp(Delta_{y y'} + f_{y'} - f_y)]`. */
export const pairwise = (alpha: (y: number) => number, delta: (y: number, other: number) => number): RowReference =>
  mixture((y, f, inside) => {
    const rivals = inside.filter((k) => k !== y);
    return alpha(y) * logSumExp([0, ...rivals.map((k) => delta(y, k) + (f[k]! - f[y]!))]);
  });

const one = (): number => 1;
const none = (): number => 0;
const quarterRoot = (y: number): number => (smallest / pi[y]!) ** 0.25;
const weights = (classCounts: readonly number[]): number[] => classCounts.map((count) => 3 / Math.sqrt(count));
const positiveOf = (count: number): number => 2 / Math.log(count + 2);
const negativeOf = (count: number): number => Math.log(count / 600);
const marginOf = (own: number, other: number): number => 0.3 * Math.abs(Math.log(own / other)) - 0.1 * Math.log(own);
const matrixOf = (classCounts: readonly number[]): number[][] =>
  // The diagonal is not read.
  classCounts.map((own, y) => classCounts.map((other, k) => (k === y ? 77 : marginOf(own, other))));
const labelPrior = (classCounts: readonly number[]): number[] => classCounts.map((count) => count / 1000);
const scaling = (y: number): number => (largest / pi[y]!) ** 0.25;

/** `w_y (1 - p)^gamma (-log p)`. */
export const focal = (gamma: number, weightOf: (y: number) => number): RowReference =>
  mixture((y, f, inside) => {
    const surprise = logSumExp(inside.map((k) => f[k]! - f[y]!));
    return weightOf(y) * (-Math.expm1(-surprise)) ** gamma * surprise;
  });

export const cases: readonly LossCase[] = [
  caseOf({ name: 'softmaxCrossEntropy', loss: losses.softmaxCrossEntropy, make: () => ({}), row: pairwise(one, none) }),
  caseOf({
    name: 'logitAdjustedCrossEntropy',
    loss: losses.logitAdjustedCrossEntropy,
    make: (classCounts) => ({ classCounts, tau: 1.5 }),
    row: pairwise(one, (y, k) => 1.5 * Math.log(pi[k]! / pi[y]!)),
  }),
  caseOf({
    name: 'balancedSoftmaxCrossEntropy',
    loss: losses.balancedSoftmaxCrossEntropy,
    make: (classCounts) => ({ classCounts }),
    row: pairwise(one, (y, k) => Math.log(pi[k]! / pi[y]!)),
  }),
  caseOf({
    name: 'weightedCrossEntropy',
    loss: losses.weightedCrossEntropy,
    make: (classCounts) => ({ classWeights: weights(classCounts) }),
    row: pairwise((y) => weights(counts)[y]!, none),
  }),
  caseOf({
    name: 'consistentCrossEntropy',
    loss: losses.consistentCrossEntropy,
    make: (classCounts) => ({ classCounts, delta: classCounts.map((count) => Math.sqrt(count / total)) }),
    row: pairwise(
      (y) => Math.sqrt(pi[y]!) / pi[y]!,
      (y, k) => 0.5 * Math.log(counts[k]! / counts[y]!),
    ),
  }),
  caseOf({
    name: 'pairwiseMarginCrossEntropy, separable',
    loss: losses.pairwiseMarginCrossEntropy,
    make: (classCounts) => ({
      margins: { positive: classCounts.map(positiveOf), negative: classCounts.map(negativeOf) },
      weights: weights(classCounts),
    }),
    row: pairwise(
      (y) => weights(counts)[y]!,
      (y, k) => positiveOf(counts[y]!) + negativeOf(counts[k]!),
    ),
  }),
  caseOf({
    name: 'pairwiseMarginCrossEntropy, matrix',
    loss: losses.pairwiseMarginCrossEntropy,
    make: (classCounts) => ({ margins: matrixOf(classCounts) }),
    row: pairwise(one, (y, k) => marginOf(counts[y]!, counts[k]!)),
  }),
  caseOf({
    name: 'ldamCrossEntropy',
    loss: losses.ldamCrossEntropy,
    make: (classCounts) => ({ classCounts, scale: 3, classWeights: weights(classCounts) }),
    row: pairwise(
      (y) => weights(counts)[y]!,
      (y) => 1.5 * quarterRoot(y),
    ),
  }),
  caseOf({
    name: 'equalizedCrossEntropy, smooth',
    loss: losses.equalizedCrossEntropy,
    make: (classCounts) => ({ classCounts, tau: 0.8 }),
    row: pairwise(one, (_, k) => 0.8 * Math.log(pi[k]!)),
  }),
  caseOf({
    name: 'equalizedCrossEntropy, thresholded',
    loss: losses.equalizedCrossEntropy,
    make: (classCounts) => ({ classCounts, threshold: 0.05 }),
    row: pairwise(one, (_, k) => (pi[k]! < 0.05 ? -Infinity : 0)),
  }),
  caseOf({
    name: 'vectorScalingCrossEntropy',
    loss: losses.vectorScalingCrossEntropy,
    make: (classCounts) => ({ classCounts, gamma: 0.25, tau: 1.2 }),
    row: (q, f, inside) => {
      const scaled = f.map((value, y) => value / scaling(y));
      return pairwise(one, (y, k) => 1.2 * Math.log(pi[k]! / pi[y]!))(q, scaled, inside);
    },
    shiftInvariant: false,
  }),
  caseOf<losses.FocalOptions>({
    name: 'focalCrossEntropy',
    loss: losses.focalCrossEntropy,
    make: () => ({}),
    row: focal(2, one),
  }),
  caseOf<losses.FocalOptions>({
    name: 'focalCrossEntropy, gamma 0.5, weighted',
    loss: losses.focalCrossEntropy,
    make: (classCounts) => ({ gamma: 0.5, classWeights: weights(classCounts) }),
    row: focal(0.5, (y) => weights(counts)[y]!),
  }),
  caseOf<losses.SigmoidOptions>({
    name: 'sigmoidCrossEntropy',
    loss: losses.sigmoidCrossEntropy,
    make: (classCounts) => ({ labelPrior: labelPrior(classCounts), tau: 0.7, classWeights: weights(classCounts) }),
    row: (q, f, inside) => {
      const term = (y: number): number => {
        const prior = labelPrior(counts)[y]!;
        const z = f[y]! + 0.7 * Math.log(prior / (1 - prior));
        return weights(counts)[y]! * (q[y]! * logSumExp([0, -z]) + (1 - q[y]!) * logSumExp([0, z]));
      };
      return inside.filter((y) => q[y]! >= 0).reduce((sum, y) => sum + term(y), 0);
    },
    shiftInvariant: false,
    multiLabel: true,
  }),
];

/** Targets of a reference: class ids, of which those out of range are ignored, or rows. */
export type Targets = readonly number[] | readonly (readonly number[])[];

/** Exact losses of a batch, reduced as the options say; `[B]` or one number. */
export function referenceLoss(
  { row, multiLabel }: LossCase,
  targets: Targets,
  logits: readonly (readonly number[])[],
  options: ReferenceOptions = {},
): number[] {
  const { labelSmoothing = 0, classMask, exampleWeights, reduction = 'mean' } = options;
  const classes = [...logits[0]!.keys()];
  const inside = classes.filter((y) => classMask === undefined || classMask[y] !== 0);
  let present = 0;
  const values = logits.map((f, i) => {
    const target = targets[i]!;
    const q = typeof target === 'number' ? classes.map((y) => (y === target ? 1 : 0)) : target;
    const mass = inside.reduce((sum, y) => sum + q[y]!, 0);
    const known = multiLabel && typeof target !== 'number' ? inside.some((y) => q[y]! >= 0) : mass > 0;
    if (!known) return 0;
    present += 1;
    const smoothed = multiLabel
      ? q
      : q.map((share) => (1 - labelSmoothing) * share + (labelSmoothing * mass) / inside.length);
    return row(smoothed, f, inside) * (exampleWeights?.[i] ?? 1);
  });
  if (reduction === 'none') return values;
  const sum = values.reduce((all, value) => all + value, 0);
  return [reduction === 'sum' ? sum : sum / Math.max(present, 1)];
}

/** Gradient of the summed result of {@link referenceLoss}, flat, by central differences in float64. */
export function referenceGradient(
  lossCase: LossCase,
  targets: Targets,
  logits: readonly (readonly number[])[],
  options: ReferenceOptions = {},
): number[] {
  const sumAt = (row: number, column: number, step: number): number => {
    const moved = logits.map((f, i) => f.map((value, y) => (i === row && y === column ? value + step : value)));
    return referenceLoss(lossCase, targets, moved, options).reduce((sum, value) => sum + value, 0);
  };
  return logits.flatMap((f, i) => f.map((_, y) => centralDifference((step) => sumAt(i, y, step))));
}

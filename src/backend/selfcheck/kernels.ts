import * as tf from '@tensorflow/tfjs-core';

/**
 * The kernels of TensorFlow.js that training needs: those that this package's models, losses and optimizers run, forward
 * and backward, and those of pooling, embeddings and masks. {@link selfCheck} notices when any of them computes something
 * else.
 */
export const trainingKernels: readonly string[] = [
  ...[tf.Conv2D, tf.Conv2DBackpropFilter, tf.Conv2DBackpropInput, tf.FusedConv2D, tf.MaxPool, tf.MaxPoolGrad],
  ...[tf.BatchMatMul, tf._FusedMatMul, tf.FusedBatchNorm, tf.GatherV2, tf.UnsortedSegmentSum],
  ...[tf.GatherNd, tf.TensorScatterUpdate, tf.ArgMax, tf.Pack, tf.Unpack],
  ...[tf.Relu, tf.Step, tf.Exp, tf.Log, tf.Neg, tf.Square, tf.Sqrt, tf.Rsqrt, tf.Softmax, tf.Sigmoid, tf.Abs],
  ...[tf.Acos, tf.Tanh],
  ...[
    tf.Add,
    tf.AddN,
    tf.Sub,
    tf.Multiply,
    tf.RealDiv,
    tf.Maximum,
    tf.Minimum,
    tf.ClipByValue,
    tf.Sum,
    tf.Mean,
    tf.Max,
  ],
  ...[tf.Greater, tf.GreaterEqual, tf.Equal, tf.NotEqual, tf.LogicalAnd, tf.IsNan, tf.Select, tf.OneHot, tf.Cast],
  ...[tf.Concat, tf.Fill, tf.PadV2, tf.Range, tf.Slice, tf.SplitV, tf.Tile, tf.Transpose, tf.ZerosLike],
];

/** Kernels that an accelerated native backend runs instead of some of those; {@link selfCheck} notices these too. */
export const acceleratedKernels: readonly string[] = [
  'FusedBatchNormV3',
  'FusedBatchNormGradV3',
  'MovingAverage',
  'ReluGrad',
  'BiasAdd',
  'BiasAddGrad',
  'EuclideanNorm',
];

/** Kernels of every step that hand on the same memory under another name or shape; there is no arithmetic to check. */
export const aliasKernels: readonly string[] = [tf.Identity, tf.Reshape];

/**
 * The kernels that training needs and a backend lacks.
 *
 * @param backendName Name of a backend of TensorFlow.js; it need not be current, but its kernels must be registered.
 * @returns Names out of {@link trainingKernels}, and `Identity` and `Reshape`; all of them for a backend that is not loaded.
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { missingTrainingKernels } from 'tfjs-longtail/backend';
 *
 * console.log(missingTrainingKernels('cpu')); // []
 * ```
 */
export function missingTrainingKernels(backendName: string): string[] {
  return [...trainingKernels, ...aliasKernels].filter((kernel) => !tf.getKernel(kernel, backendName));
}

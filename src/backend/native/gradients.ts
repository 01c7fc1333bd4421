import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../../core/index.js';
import { NATIVE } from './nativeBackend.js';

type Saving = Pick<tf.GradConfig, 'inputsToSave' | 'outputsToSave'>;

/** Whether the current backend has a kernel; every other one keeps what tfjs composes. */
export function hasKernel(name: string): boolean {
  return Boolean(tf.getKernel(name, tf.getBackend()));
}

/** False inside a gradient of a gradient: TensorFlow's fused gradients have none of their own. */
export function isDifferentiatedOnce(): boolean {
  return tf.engine().state.gradientDepth <= 1;
}

/** Gradients of our kernels, and of tfjs's where TensorFlow has one operation for it. */
export function registerGradients(): void {
  replaceGradient(tf.Relu, reluSaving, reluGradient);
  replaceGradient(tf.Sum, { inputsToSave: ['x'] }, (dy, x, { axis }) => spread(dy, x.shape, axis));
  replaceGradient(tf.Mean, { inputsToSave: ['x'] }, (dy, x, { axis }) => {
    return spread(tf.mul(dy, dy.size / x.size), x.shape, axis);
  });
  tf.registerGradient({ kernelName: 'BiasAdd', gradFunc: biasAddGradient as tf.GradFunc });
  tf.registerGradient({
    kernelName: 'FusedBatchNormV3',
    inputsToSave: ['x', 'scale'],
    outputsToSave: [false, false, false, true, true, true],
    gradFunc: batchNormGradient as tf.GradFunc,
  });
}

/**
 * The output, which the next layer keeps anyway, where one gradient is taken natively; elsewhere the input, as tfjs does:
 * to a second gradient a saved output is a constant.
 */
const reluSaving: Saving = {
  get inputsToSave() {
    return savesOutput() ? [] : ['x'];
  },
  get outputsToSave() {
    return [savesOutput()];
  },
};

function savesOutput(): boolean {
  return tf.getBackend() === NATIVE && isDifferentiatedOnce();
}

/**
 * Has `native` make the gradient of a kernel with one input on the native backend; elsewhere it stays tfjs's own.
 *
 * Under a second tape tfjs's own is wanted as well, because it can be differentiated again.
 */
function replaceGradient(
  kernelName: string,
  saving: Saving,
  native: (dy: tf.Tensor, saved: tf.Tensor, attrs: tf.NamedAttrMap) => tf.Tensor,
): void {
  const stock = tf.getGradient(kernelName) as tf.GradConfig | undefined;
  if (stock === undefined) {
    const hint = "Import '@tensorflow/tfjs' first: it would register its own over ours later";
    throw new BackendError('accelerate', "tfjs's gradients to be registered", `none for ${kernelName}`, hint);
  }
  tf.unregisterGradient(kernelName);
  const gradFunc: tf.GradFunc = (dy, saved, attrs) => {
    const ours = tf.getBackend() === NATIVE && saved[0]!.dtype === 'float32' && !tf.engine().isTapeOn();
    return ours ? { x: () => native(dy as tf.Tensor, saved[0]!, attrs) } : stock.gradFunc(dy, saved, attrs);
  };
  // Into `saving`, not spread from it: its members may be getters.
  tf.registerGradient(Object.assign(saving, { kernelName, gradFunc }));
}

/** From the output or the input: the one is positive where the other is. */
function reluGradient(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return tf.engine().runKernel('ReluGrad', { dy, y });
}

/** `dy` repeated along the axes that were summed over; tfjs multiplies it by ones that it makes in JavaScript. */
function spread(dy: tf.Tensor, shape: number[], axis: tf.NamedAttrMap[string] | undefined): tf.Tensor {
  const axes = tf.util.parseAxisParam(axis as number[], shape);
  const onAxes = (reduced: number[], kept: number[]): number[] =>
    shape.map((_, i) => (axes.includes(i) ? reduced : kept)[i]!);
  const ones = shape.map(() => 1);
  return tf.tile(tf.reshape(dy, onAxes(ones, shape)), onAxes(shape, ones));
}

// A gradient inside another one may go through what was recorded before it: then the two below must have gradients.

function biasAddGradient(dy: tf.Tensor) {
  const bias = (): tf.Tensor =>
    tf.engine().isTapeOn() ? sumOfRows(dy) : tf.engine().runKernel<tf.Tensor>('BiasAddGrad', { dy });
  return {
    // A copy of the handle, because the tape disposes what it adds up.
    x: () => tf.clone(dy),
    bias,
  };
}

/** The statistics among the outputs feed the running averages only: no gradient flows back through them. */
function batchNormGradient(dys: tf.Tensor[], saved: tf.Tensor[], attrs: tf.NamedAttrMap) {
  const [x, scale, reserve1, reserve2, reserve3] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  if (tf.engine().isTapeOn()) return composedBatchNormGradient(dys[0]!, x, scale, attrs['epsilon'] as number);
  const inputs = { dy: dys[0]!, x, scale, reserve1, reserve2, reserve3 };
  const [dx, dscale, doffset] = tf.engine().runKernel<tf.Tensor[]>('FusedBatchNormGradV3', inputs, attrs);
  return { x: () => dx!, scale: () => dscale!, offset: () => doffset! };
}

/** `dx = scale / root * (dy - mean dy - z mean(dy z))` with `z = (x - mean x) / root`, `root = sqrt(variance + epsilon)`. */
function composedBatchNormGradient(dy: tf.Tensor, x: tf.Tensor, scale: tf.Tensor, epsilon: number) {
  const { mean, variance } = tf.moments(x, rowAxes(x));
  const root = tf.sqrt(tf.add(variance, epsilon));
  const z = tf.div(tf.sub(x, mean), root);
  const dx = (): tf.Tensor => {
    const shared = tf.add(tf.mean(dy, rowAxes(x)), tf.mul(z, tf.mean(tf.mul(dy, z), rowAxes(x))));
    return tf.mul(tf.sub(dy, shared), tf.div(scale, root));
  };
  return { x: dx, scale: () => sumOfRows(tf.mul(dy, z)), offset: () => sumOfRows(dy) };
}

function sumOfRows(x: tf.Tensor): tf.Tensor {
  return tf.sum(x, rowAxes(x));
}

/** All axes but the last. */
function rowAxes({ rank }: tf.Tensor): number[] {
  return Array.from({ length: rank - 1 }, (_, axis) => axis);
}

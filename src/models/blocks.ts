import * as tfl from '@tensorflow/tfjs-layers';
import type { RandomStream } from '../core/index.js';

/** An initializer of tf.layers. */
export type Initializer = ReturnType<typeof tfl.initializers.zeros>;

/** Makes the initializer of the layer `name` whose units have `fanIn` inputs each. */
export type WeightInit = (random: RandomStream, name: string, fanIn: number) => Initializer;

/** He et al. 2015: N(0, 2 / fanIn). */
export const heNormal: WeightInit = (random, name, fanIn) =>
  tfl.initializers.randomNormal({ mean: 0, stddev: Math.sqrt(2 / fanIn), seed: random.seedFor(name) });

/** Standard deviation of a standard normal variable cut off at two standard deviations. */
const TRUNCATED_STDDEV = 0.87962566103423978;

/**
 * He normal as Keras has it: cut off at two standard deviations, then rescaled so that the variance is 2 / fanIn again.
 * (tfjs's own `heNormal` leaves the rescaling out.)
 */
export const truncatedHeNormal: WeightInit = (random, name, fanIn) =>
  tfl.initializers.truncatedNormal({
    mean: 0,
    stddev: Math.sqrt(2 / fanIn) / TRUNCATED_STDDEV,
    seed: random.seedFor(name),
  });

/** What {@link convolution} is to build. */
export interface ConvolutionOptions {
  readonly name: string;
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides?: number;
  readonly padding?: 'same' | 'valid';
  readonly weightInit: WeightInit;
  readonly random: RandomStream;
}

/** Applies a layer to one symbolic tensor. */
export function applied(layer: tfl.layers.Layer, x: tfl.SymbolicTensor | tfl.SymbolicTensor[]): tfl.SymbolicTensor {
  return layer.apply(x) as tfl.SymbolicTensor;
}

/** A square convolution without bias, followed by batch normalisation. */
export function convolution(x: tfl.SymbolicTensor, options: ConvolutionOptions): tfl.SymbolicTensor {
  const { name, filters, kernelSize, strides = 1, padding = 'same', weightInit, random } = options;
  const fanIn = kernelSize * kernelSize * x.shape[3]!;
  const layer = tfl.layers.conv2d({
    name,
    filters,
    kernelSize,
    strides,
    padding,
    useBias: false,
    kernelInitializer: weightInit(random, name, fanIn),
  });
  return batchNorm(applied(layer, x), `${name}_bn`);
}

/** Batch normalisation over all but the channels; the running averages keep 0.9 of their old value at each step. */
export function batchNorm(x: tfl.SymbolicTensor, name: string): tfl.SymbolicTensor {
  return applied(tfl.layers.batchNormalization({ name, momentum: 0.9, epsilon: 1e-5 }), x);
}

/** Rectifier. */
export function relu(x: tfl.SymbolicTensor, name: string): tfl.SymbolicTensor {
  return applied(tfl.layers.activation({ name, activation: 'relu' }), x);
}

/** Element-wise sum. */
export function add(x: tfl.SymbolicTensor, y: tfl.SymbolicTensor, name: string): tfl.SymbolicTensor {
  return applied(tfl.layers.add({ name }), [x, y]);
}

/** Mean over rows and columns; the layer is called `features`, `[B, D]`. */
export function pooledFeatures(x: tfl.SymbolicTensor): tfl.SymbolicTensor {
  return applied(tfl.layers.globalAveragePooling2d({ name: 'features', dataFormat: 'channelsLast' }), x);
}

/** The dense layer `logits` with zero bias, `[B, C]`. */
export function denseLogits(
  x: tfl.SymbolicTensor,
  numClasses: number,
  kernelInitializer: Initializer,
): tfl.SymbolicTensor {
  return applied(tfl.layers.dense({ name: 'logits', units: numClasses, kernelInitializer }), x);
}

import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../../core/index.js';
import type { KernelCall } from './wasmBackend.js';

type Pair = [number, number];
type Shape4 = [number, number, number, number];
type ConvInfo = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

/**
 * Gradient of conv2d with respect to its filter, as a convolution itself: `x` with batch and channels swapped, convolved
 * with `dy` as the filter, the stride as the dilation.
 */
export function conv2DBackpropFilter({
  inputs,
  attrs,
}: KernelCall<'x' | 'dy', tf.Conv2DBackpropFilterAttrs>): tf.TensorInfo {
  const x = inputs.x as tf.Tensor4D;
  const dy = inputs.dy as tf.Tensor4D;
  const info = convInfo('Conv2DBackpropFilter', x.shape, attrs.filterShape, attrs);
  const { filterHeight, filterWidth, strideHeight, strideWidth, outHeight, outWidth, padInfo } = info;
  // What lies beyond the last window is cut off: it would only make taps that the filter does not have.
  const bottom = (outHeight - 1) * strideHeight + filterHeight - info.inHeight - padInfo.top;
  const right = (outWidth - 1) * strideWidth + filterWidth - info.inWidth - padInfo.left;
  return tf.tidy(() => {
    const swapped = tf.transpose(x, [3, 1, 2, 0]);
    const taps = tf.transpose(dy, [1, 2, 0, 3]);
    const grad = padOrCropThenConvolve(
      swapped,
      taps,
      [padInfo.top, bottom],
      [padInfo.left, right],
      [strideHeight, strideWidth],
    );
    return tf.transpose(grad, [1, 2, 0, 3]);
  });
}

/**
 * Gradient of conv2d with respect to its input: `dy` with `stride - 1` zeros after every entry, convolved with the filter
 * rotated by half a turn and its channels swapped.
 */
export function conv2DBackpropInput({
  inputs,
  attrs,
}: KernelCall<'dy' | 'filter', tf.Conv2DBackpropInputAttrs>): tf.TensorInfo {
  const dy = inputs.dy as tf.Tensor4D;
  const filter = inputs.filter as tf.Tensor4D;
  const info = convInfo('Conv2DBackpropInput', attrs.inputShape, filter.shape, attrs);
  const { filterHeight, filterWidth, strideHeight, strideWidth, outHeight, outWidth, padInfo } = info;
  const top = filterHeight - 1 - padInfo.top;
  const left = filterWidth - 1 - padInfo.left;
  const bottom = info.inHeight + filterHeight - 1 - top - outHeight * strideHeight;
  const right = info.inWidth + filterWidth - 1 - left - outWidth * strideWidth;
  return tf.tidy(() => {
    const rotated = rotateAndSwap(filter);
    return padOrCropThenConvolve(
      zeroStuff(dy, strideHeight, strideWidth),
      rotated,
      [top, bottom],
      [left, right],
      [1, 1],
    );
  });
}

function convInfo(
  kernel: string,
  inputShape: Shape4,
  filterShape: Shape4,
  { strides, pad, dataFormat, dimRoundingMode }: tf.Conv2DBackpropFilterAttrs | tf.Conv2DBackpropInputAttrs,
): ConvInfo {
  if (dataFormat !== 'NHWC') throw new BackendError(`${kernel} on wasm`, 'dataFormat NHWC', dataFormat);
  return tf.backend_util.computeConv2DInfo(inputShape, filterShape, strides, 1, pad, dimRoundingMode);
}

/** Stride-1 convolution with explicit padding, in which negative padding cuts rows or columns off. */
function padOrCropThenConvolve(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  rows: Pair,
  columns: Pair,
  dilation: Pair,
): tf.Tensor4D {
  const cut = (pad: number): number => Math.max(0, -pad);
  const size = [...x.shape] as Shape4;
  size[1] -= cut(rows[0]) + cut(rows[1]);
  size[2] -= cut(columns[0]) + cut(columns[1]);
  const uncut = size[1] === x.shape[1] && size[2] === x.shape[2];
  const kept = uncut ? x : tf.slice(x, [0, cut(rows[0]), cut(columns[0]), 0], size);
  const padOf = ([before, after]: Pair): Pair => [Math.max(0, before), Math.max(0, after)];
  return tf.conv2d(kept, filter, 1, [[0, 0], padOf(rows), padOf(columns), [0, 0]], 'NHWC', dilation);
}

/** The filter turned by half a turn, input and output channels swapped. (Split and concat: `reverse` copies entry by entry.) */
function rotateAndSwap(filter: tf.Tensor4D): tf.Tensor4D {
  const [height, width, inChannels, outChannels] = filter.shape;
  const taps = tf.reshape<tf.Rank.R3>(filter, [height * width, inChannels, outChannels]);
  const rotated = tf.concat(tf.split(taps, height * width).toReversed());
  return tf.reshape(tf.transpose(rotated, [0, 2, 1]), [height, width, outChannels, inChannels]);
}

/** Puts `stride - 1` zeros after every row and column; two pads of matrices, which copy whole runs. */
function zeroStuff(dy: tf.Tensor4D, strideHeight: number, strideWidth: number): tf.Tensor4D {
  if (strideHeight === 1 && strideWidth === 1) return dy;
  const [batch, height, width, channels] = dy.shape;
  const pixels = tf.reshape<tf.Rank.R2>(dy, [batch * height * width, channels]);
  const wide = tf.pad2d(pixels, [
    [0, 0],
    [0, (strideWidth - 1) * channels],
  ]);
  const rowLength = width * strideWidth * channels;
  const tall = tf.pad2d(tf.reshape<tf.Rank.R2>(wide, [batch * height, rowLength]), [
    [0, 0],
    [0, (strideHeight - 1) * rowLength],
  ]);
  return tf.reshape(tall, [batch, height * strideHeight, width * strideWidth, channels]);
}

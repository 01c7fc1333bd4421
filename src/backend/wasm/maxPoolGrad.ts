import * as tf from '@tensorflow/tfjs-core';
import type { KernelCall, WasmBackend } from './wasmBackend.js';

type Call = KernelCall<'dy' | 'input', tf.MaxPoolGradAttrs>;
type PoolInfo = ReturnType<typeof tf.backend_util.computePool2DInfo>;

/** Sends the gradient of every pooling window to its first maximum, whatever the sign of that maximum. */
export function maxPoolGrad({ inputs: { dy, input }, attrs, backend }: Call): tf.TensorInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const inputShape = input.shape as [number, number, number, number];
  const info = tf.backend_util.computePool2DInfo(inputShape, filterSize, strides, 1, pad, dimRoundingMode);
  const dx = backend.makeOutput(input.shape, 'float32');
  scatterToMaxima(info, heap(backend, input), heap(backend, dy), heap(backend, dx).fill(0));
  return dx;
}

function heap(backend: WasmBackend, info: tf.TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(info) as Float32Array;
}

function scatterToMaxima(info: PoolInfo, x: Float32Array, dy: Float32Array, dx: Float32Array): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, padInfo } = info;
  let window = 0;
  for (let b = 0; b < batchSize; b++) {
    for (let i = 0; i < outHeight; i++) {
      const [top, bottom] = span(i * info.strideHeight - padInfo.top, info.filterHeight, inHeight);
      for (let j = 0; j < outWidth; j++, window++) {
        const [left, right] = span(j * info.strideWidth - padInfo.left, info.filterWidth, inWidth);
        if (top >= bottom || left >= right) continue; // nothing but padding
        const first = (b * inHeight + top) * inWidth + left;
        for (let c = 0; c < inChannels; c++) {
          const at = firstMaximum(x, first * inChannels + c, bottom - top, right - left, inWidth, inChannels);
          dx[at]! += dy[window * inChannels + c]!;
        }
      }
    }
  }
}

/** The part of `start..start + length` that lies in the input. */
function span(start: number, length: number, size: number): [number, number] {
  return [Math.max(0, start), Math.min(size, start + length)];
}

/** Flat index of the first largest entry of one channel in the `rows x columns` window whose first entry is `first`. */
function firstMaximum(
  x: Float32Array,
  first: number,
  rows: number,
  columns: number,
  width: number,
  channels: number,
): number {
  let best = first;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = first + (row * width + column) * channels;
      if (x[at]! > x[best]!) best = at;
    }
  }
  return best;
}

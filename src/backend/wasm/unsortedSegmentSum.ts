import * as tf from '@tensorflow/tfjs-core';
import type { KernelCall } from './wasmBackend.js';

type Call = KernelCall<'x' | 'segmentIds', tf.UnsortedSegmentSumAttrs>;

/**
 * Sums the rows of `x` that share a segment id; rows whose id is outside `0..numSegments-1` are dropped. The gradient of
 * `gather`, and so of an embedding, is this sum.
 */
export function unsortedSegmentSum({
  inputs: { x, segmentIds },
  attrs: { numSegments },
  backend,
}: Call): tf.TensorInfo {
  const rowShape = x.shape.slice(1);
  const rowSize = tf.util.sizeFromShape(rowShape);
  const out = backend.makeOutput([numSegments, ...rowShape], x.dtype);
  const sums = backend.typedArrayFromHeap(out);
  const values = backend.typedArrayFromHeap(x);
  const ids = backend.typedArrayFromHeap(segmentIds);
  sums.fill(0);
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row]!;
    if (id < 0 || id >= numSegments) continue;
    const from = row * rowSize;
    const to = id * rowSize;
    for (let i = 0; i < rowSize; i++) sums[to + i]! += values[from + i]!;
  }
  return out;
}

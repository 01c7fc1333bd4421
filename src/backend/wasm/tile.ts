import * as tf from '@tensorflow/tfjs-core';
import type { KernelCall } from './wasmBackend.js';

/**
 * Repeats `x` along its axes by copying runs that double in length. The gradient of batch normalisation spreads a row of
 * `C` numbers over `[B, H, W, C]` with it.
 */
export function tile({ inputs: { x }, attrs: { reps }, backend }: KernelCall<'x', tf.TileAttrs>): tf.TensorInfo {
  const out = backend.makeOutput(
    x.shape.map((size, axis) => size * reps[axis]!),
    x.dtype,
  );
  if (tf.util.sizeFromShape(out.shape) === 0) return out;
  const from = backend.typedArrayFromHeap(x);
  const to = backend.typedArrayFromHeap(out);
  const innermost = reps.findLastIndex((count) => count !== 1);

  /** Writes the part of `x` that starts at `source` and spans axes `axis..`, tiled, at `target`; returns where it ends. */
  const write = (axis: number, source: number, target: number): number => {
    const entry = tf.util.sizeFromShape(x.shape.slice(axis + 1));
    let end = target;
    if (axis >= innermost) {
      const run = from.subarray(source, source + tf.util.sizeFromShape(x.shape.slice(axis)));
      to.set(run, target);
      end += run.length;
    } else {
      for (let i = 0; i < x.shape[axis]!; i++) end = write(axis + 1, source + i * entry, end);
    }
    return repeat(to, target, end, reps[axis] ?? 1);
  };
  write(0, 0, 0);
  return out;
}

/** Repeats the run `start..end` so that it stands there `count` times; returns where it ends then. */
function repeat(values: tf.TypedArray, start: number, end: number, count: number): number {
  const total = (end - start) * count;
  for (let done = end - start; done < total; done *= 2) {
    values.copyWithin(start + done, start, start + Math.min(done, total - done));
  }
  return start + total;
}

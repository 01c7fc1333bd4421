import { createHash } from 'node:crypto';
import type * as tf from '@tensorflow/tfjs';

/** A hash of the bits of all tensors: compared at once, where an element by element comparison takes seconds. */
export async function digestOf(tensors: readonly tf.Tensor[]): Promise<string> {
  const hash = createHash('sha256');
  for (const tensor of tensors) hash.update(new Uint8Array(Float32Array.from(await tensor.data()).buffer));
  return hash.digest('hex');
}

import * as tf from '@tensorflow/tfjs-core';
import type { RandomStream } from '../core/index.js';
import { probeLinearity, type LayerLinearity } from '../mixup/index.js';
import type { Classifier } from '../models/index.js';
import type { ExampleSource } from '../train/index.js';

/** Test examples that mixtures are made of: more would cost much and change little. */
const PROBED = 1000;

/**
 * How linear each layer is on mixtures of two test examples with uniform shares. However a run mixed, and whatever its
 * seed, it is asked the same, so that runs compare.
 */
export async function linearityOf(
  { model }: Classifier,
  test: ExampleSource,
  random: RandomStream,
): Promise<LayerLinearity[]> {
  const examples = random.child('examples').permutation(test.size).subarray(0, PROBED).sort();
  const { inputs, targets } = await test.batch(examples, random.child('views'));
  try {
    return await probeLinearity(model, inputs, { random: random.child('mixtures') });
  } finally {
    tf.dispose([inputs, targets]);
  }
}

// Stands for your own data: points of the plane, in overlapping round classes on a circle, each rarer than the one before.
import * as tf from '@tensorflow/tfjs';
import { randomStream } from 'tfjs-longtail';

/** `classCounts[k]` points of class k in random order: features `[N, 2]`, class ids, and one-hot targets as `fit` wants them. */
export function points(classCounts, seed) {
  const random = randomStream(seed);
  const sorted = classCounts.flatMap((count, k) => Array(count).fill(k));
  const labels = Array.from(random.permutation(sorted.length), (at) => sorted[at]);
  const rows = labels.map((k) => {
    const angle = (2 * Math.PI * k) / classCounts.length;
    return [2 * Math.cos(angle) + random.normal(), 2 * Math.sin(angle) + random.normal()];
  });
  return { x: tf.tensor2d(rows), y: tf.oneHot(tf.tensor1d(labels, 'int32'), classCounts.length), labels };
}

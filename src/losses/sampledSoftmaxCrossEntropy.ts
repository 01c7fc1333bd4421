import * as tf from '@tensorflow/tfjs-core';
import { exponentiate, LOWEST } from './offsetCrossEntropy.js';
import { sampledForm, type SampledForm } from './sampledForm.js';
import type { SampledLossOptions } from './sampledOptions.js';
import { FARTHEST } from './targets.js';

/**
 * Softmax cross-entropy of the label against a sample of the other classes.
 *
 * $`L = log[1 + sum_{y' in N} w_{y y'} exp(f_{y'} - f_y)]`$ with the drawn classes N, each as often as it was drawn, and their weights;
 * the gradient is $`w exp(f_{y'} - f_y) / (1 + sum)`$ for each negative and minus their sum for the label. Its expectation lies below
 * $`log[1 + sum_{y' != y} rho_{y y'} exp(f_{y'} - f_y)]`$, $`rho`$ being the expected total weight of a class, and comes closer as the
 * sample grows. It asks nothing of where the logits come from: rows of a class table, or the dot products of two towers with the
 * other items of the batch.
 *
 * @param positiveLogits Raw scores of the labels, `[B]` float32.
 * @param negativeLogits Raw scores of the sampled classes, `[B, S]` float32.
 * @param options `logWeights` from `samplingWeights` and `accidentalHits` of the draw; `reduction`, `exampleWeights`.
 * @returns Scalar, or `[B]` with `reduction: 'none'`; in nats. A row without negatives left is 0.
 * @throws InvalidArgumentError If a shape, dtype or option does not fit, or a log weight given as a number is NaN or `Infinity`.
 * @throws InvalidArgumentError If its gradient is taken inside another one: the loss has first derivatives only.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { sampledSoftmaxCrossEntropy } from 'tfjs-longtail/losses';
 * import { samplingWeights, uniformSampler } from 'tfjs-longtail/sampling';
 * const labels = [3, 14];
 * const sampler = uniformSampler({ numClasses: 1000 });
 * const draw = sampler.draw({ labels, count: 50, random: randomStream(1) });
 * // All scores are 0, so every class is as likely.
 * const loss = sampledSoftmaxCrossEntropy(tf.zeros([2]), tf.zeros([2, 50]), {
 *   logWeights: samplingWeights(draw, labels, 'importance'),
 *   accidentalHits: draw.accidentalHits,
 * });
 * console.log((await loss.data())[0]?.toFixed(2), Math.log(1000).toFixed(2)); // 6.91 6.91
 * ```
 * @see Rawat et al., "Disentangling sampling and labeling bias for learning in large-output spaces", ICML 2021 (sampled softmax).
 */
export function sampledSoftmaxCrossEntropy(
  positiveLogits: tf.Tensor1D,
  negativeLogits: tf.Tensor2D,
  options: SampledLossOptions = {},
): tf.Tensor {
  return tf.tidy(() =>
    sampledForm('sampledSoftmaxCrossEntropy', positiveLogits, negativeLogits, options, softmaxOfSample),
  );
}

/** `log(1 + exp(u))` with `u` the log-sum-exp of the weighted negatives less the label's score. */
function softmaxOfSample(positive: tf.Tensor1D, negative: tf.Tensor2D, logWeights: tf.Tensor2D): SampledForm {
  const scores = tf.tidy(() => tf.maximum<tf.Tensor2D>(tf.add(negative, logWeights), LOWEST));
  const { largest, exponentials, total, shifted } = exponentiate(scores);
  tf.dispose([scores, shifted]);
  // Differences of scores first: a sum with a small logarithm would lose that.
  const ahead = tf.sub(tf.reshape(largest, [-1]), positive);
  const u = tf.clipByValue(tf.add<tf.Tensor1D>(ahead, tf.log(tf.reshape(total, [-1]))), FARTHEST, -FARTHEST);
  return {
    values: tf.softplus(u),
    kept: [tf.sigmoid(u), exponentials, total],
    gradient: ([push, shares, sum], upstream) => {
      const scaled = tf.mul(upstream, push!);
      return [tf.neg(scaled), tf.mul(shares!, tf.div(tf.reshape(scaled, [-1, 1]), sum!))];
    },
  };
}

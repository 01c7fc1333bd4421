import { KernelizedSoftmax } from './kernelizedSoftmaxLayer.js';
import type { KernelizedSoftmaxOptions } from './kernelizedSoftmaxOptions.js';

/**
 * A classifier whose softmax runs over a positive definite kernel on the unit sphere instead of dot products: a drop-in
 * replacement for the last dense layer, nonlinear in its features, with the kernel itself learnt by default.
 *
 * $`z_bj = kappa(t_bj) / temperature`$ with the cosine $`t_bj`$ between feature row b and class weight j, and by default
 * $`kappa(t) = sum_{m=1..M} alpha_m t^m`$, $`alpha_m >= 0`$: every continuous kernel of the cosine that is positive definite on
 * spheres of all dimensions is such a series. A constant $`alpha_0`$ would move no probability and is left out.
 *
 * There is no bias, and lengths play no part: a zero feature row has cosine 0 with every class and gradient 0. Norms count as
 * zero where their square is 0 in float32. Class weights begin as Gaussian vectors scaled to length 1, so in uniform directions.
 *
 * The temperature sets how sure the classifier can be. With kappa(1) = 1 a cosine classifier at temperature 1 reaches a
 * probability of 0.25 among 10 classes and 0.003 among 1,000; the default 1/16 reaches 0.9999 among 1,000. Where the
 * coefficients are free to grow, their sum plays the part of the temperature, so that one of the two has to be fixed.
 *
 * A shared kernel that only increases, as the Gaussian does, leaves every decision where the cosine puts it and changes what
 * is learnt; a series can decrease for negative cosines through its even powers, and then decides otherwise.
 *
 * The gradient is made in closed form, from the cosines and five of their powers whatever the degree; it cannot be
 * differentiated again.
 *
 * @param options `units`; `kernel` and what belongs to it; `temperature` (1/16); `random`; see each.
 * @returns A tf.layers layer from features `[B, D]` to logits `[B, C]`, float32.
 * @throws InvalidArgumentError If an option is out of its range, a kernel is not positive definite and not allowed by name, or
 *   temperature and coefficients would both be free.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { kernelizedSoftmax } from 'tfjs-longtail/heads';
 * import { forCompile, softmaxCrossEntropy } from 'tfjs-longtail/losses';
 * const head = kernelizedSoftmax({ units: 2, random: randomStream(1), inputShape: [2] });
 * const model = tf.sequential({ layers: [head] });
 * model.compile({ optimizer: tf.train.adam(0.05), loss: forCompile(softmaxCrossEntropy, {}) });
 * // Opposite points share a class, which no linear classifier can give them.
 * const x = tf.tensor2d([[1, 0], [-1, 0], [0, 1], [0, -1]]);
 * const y = tf.tensor2d([[1, 0], [1, 0], [0, 1], [0, 1]]);
 * await model.fit(x, y, { epochs: 100, verbose: 0 });
 * console.log(Array.from(await tf.argMax(model.predict(x) as tf.Tensor, 1).data())); // [ 0, 0, 1, 1 ]
 * const { powers } = (await head.coefficients())!;
 * console.log(powers[2]! > powers[1]!); // true
 * ```
 * @see Jayasumana, Ramalingam, Kumar, "Kernelized classification in deep networks", arXiv 2012.09607; Schoenberg, "Positive
 *   definite functions on spheres", Duke Mathematical Journal 9, 1942.
 */
export function kernelizedSoftmax(options: KernelizedSoftmaxOptions): KernelizedSoftmax {
  return new KernelizedSoftmax(options);
}

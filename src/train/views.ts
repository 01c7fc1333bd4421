import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, type RandomStream } from '../core/index.js';
import type { ExampleSource } from './images.js';
import type { Batch } from './objective.js';

/**
 * Several views of each example: a batch has the whole batch augmented once, then all of it augmented anew, and so on.
 *
 * A batch of B examples has `views * B` rows; row `v B + b` is view v of example b.
 *
 * @param source Examples, augmented at random.
 * @param views Views of an example, an integer of at least 1.
 * @returns A source of the same size and order.
 * @throws InvalidArgumentError If `views` is not a positive integer.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { shuffledOrder } from 'tfjs-longtail/sampling';
 * import { viewsOf, type ExampleSource } from 'tfjs-longtail/train';
 * const noisy: ExampleSource = {
 *   size: 4,
 *   order: shuffledOrder(4),
 *   batch: (indices, random) => ({
 *     inputs: tf.tensor2d(Array.from(indices, (index) => [index + random.normal()])),
 *     targets: tf.tensor1d(indices, 'int32'),
 *   }),
 * };
 * const { inputs } = await viewsOf(noisy, 2).batch(Int32Array.of(0, 3), randomStream(1));
 * console.log(inputs.shape); // [ 4, 1 ]
 * ```
 */
export function viewsOf(source: ExampleSource, views: number): ExampleSource {
  checkNumber('viewsOf', 'views', views, { min: 1, integer: true });
  return {
    size: source.size,
    order: source.order,
    batch(indices, random) {
      const parts = Array.from({ length: views }, (_, v) => source.batch(indices, viewStream(random, v)));
      const here = parts.filter(isHere);
      return here.length === views ? joined(here) : Promise.all(parts.map(async (part) => part)).then(joined);
    },
  };
}

const viewStream = (random: RandomStream, v: number): RandomStream => random.child(`view ${v}`);

const isHere = (batch: Batch | Promise<Batch>): batch is Batch => !(batch instanceof Promise);

function joined(parts: readonly Batch[]): Batch {
  const batch = {
    inputs: tf.concat(parts.map(({ inputs }) => inputs)),
    targets: tf.concat(parts.map(({ targets }) => targets)),
  };
  tf.dispose(parts.flatMap(({ inputs, targets }) => [inputs, targets]));
  return batch;
}

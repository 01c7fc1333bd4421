import type * as tf from '@tensorflow/tfjs-core';
import { mixInputs, mixupCrossEntropy, type MixupCrossEntropyOptions } from '../mixup/index.js';
import { batchMixer, type BatchMixingOptions } from './batchMixer.js';
import type { Objective, StepContext } from './objective.js';

/** Options of {@link mixupObjective}. */
export interface MixupObjectiveOptions extends BatchMixingOptions, Pick<MixupCrossEntropyOptions, 'loss' | 'mix'> {}

/**
 * Supervised mixup: $`L = (1/B) sum_b sum_k l_bk L(y_{pi_k(b)}, f(x~_b))`$ over mixtures of the labelled stream.
 *
 * The plan of a step comes from the random stream of the step, so that a resumed run mixes alike; each replica mixes its share of the
 * batch on its own. With `points: 1` it is {@link supervised}.
 *
 * @param options `loss` and `mix` as for `mixupCrossEntropy`; points, shares and partners as for `drawMixingPlan`, or `plan`.
 * @returns An objective over the stream `labelled`; it holds nothing to dispose.
 * @throws InvalidArgumentError If `plan` stands beside other options of mixing; in a step, if an option does not fit the batch.
 * @example
 * ```ts
 * import { logitAdjustedCrossEntropy } from 'tfjs-longtail/losses';
 * import { mixupObjective } from 'tfjs-longtail/train';
 * const classCounts = [70, 20, 10];
 * const objective = mixupObjective({
 *   loss: (targets, logits, options) => logitAdjustedCrossEntropy(targets, logits, { classCounts, ...options }),
 *   points: 3,
 *   perExample: true,
 * });
 * console.log(objective.streams); // [ 'labelled' ]
 * ```
 * @see Zhang et al., "mixup: beyond empirical risk minimization", ICLR 2018, for two points.
 */
export function mixupObjective(options: MixupObjectiveOptions): Objective {
  const { loss, mix, ...mixing } = options;
  const mixer = batchMixer('mixupObjective', mixing);
  const random = (context: StepContext) => context.random.child('mixing');
  return {
    streams: ['labelled'],
    prepare: (_, { labelled }, context) => mixer.prepare(labelled!, random(context)),
    loss(classifier, { labelled }, context) {
      const plan = mixer.plan(labelled!, random(context));
      const features = classifier.features(mixInputs(labelled!.inputs, plan), { training: true });
      const logits = classifier.logits(features, { training: true });
      return mixupCrossEntropy(labelled!.targets, logits, {
        plan,
        ...(loss && { loss }),
        ...(mix && { mix }),
      }) as tf.Scalar;
    },
  };
}

import * as tfl from '@tensorflow/tfjs-layers';
import { applied, denseLogits } from './blocks.js';
import { checkModelOptions, type ModelOptions } from './options.js';

/**
 * A linear classifier: logits `W x + b` of the flattened input, for features that another model gave.
 *
 * The layer `features` is the flattened input, `[B, D]`. All weights begin at zero, which no convex loss minds: training
 * starts from equal scores, whatever the seed.
 *
 * @param options `numClasses`, `inputShape` (default `[32, 32, 3]`, any rank).
 * @returns A model from inputs `[B, ...inputShape]`, float32, to logits `[B, C]`; the caller disposes it.
 * @throws InvalidArgumentError If a shape or count is not valid.
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { linear } from 'tfjs-longtail/models';
 * const model = linear({ inputShape: [512], numClasses: 10, random: randomStream(1) });
 * console.log(model.countParams()); // 5130
 * model.dispose();
 * ```
 */
export function linear({ numClasses, inputShape = [32, 32, 3] }: ModelOptions): tfl.LayersModel {
  checkModelOptions('linear', inputShape, numClasses);
  const inputs = tfl.input({ name: 'inputs', shape: [...inputShape] });
  const size = inputShape.reduce((product, length) => product * length, 1);
  const x = applied(tfl.layers.reshape({ name: 'features', targetShape: [size] }), inputs);
  return tfl.model({ name: 'linear', inputs, outputs: denseLogits(x, numClasses, tfl.initializers.zeros()) });
}

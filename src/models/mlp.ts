import * as tfl from '@tensorflow/tfjs-layers';
import { checkNumber } from '../core/index.js';
import { applied, denseLogits, heNormal } from './blocks.js';
import { checkModelOptions, type ModelOptions } from './options.js';

/** Options of {@link mlp}. */
export interface MlpOptions extends ModelOptions {
  /** Width of each hidden layer, positive integers. Default `[256]`; `[]` makes a linear model. */
  readonly hiddenUnits?: readonly number[];
}

/**
 * A multilayer perceptron: the flattened input, hidden layers with rectifiers, and logits.
 *
 * The layer `features` is the last hidden one, `[B, D]`, or the flattened input where there is none. He-normal weights.
 *
 * @param options `numClasses`, `inputShape` (default `[32, 32, 3]`, any rank), `hiddenUnits`, `random`.
 * @returns A model from inputs `[B, ...inputShape]`, float32, to logits `[B, C]`; the caller disposes it.
 * @throws InvalidArgumentError If a shape, width or count is not valid.
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { mlp } from 'tfjs-longtail/models';
 * const model = mlp({ inputShape: [4], hiddenUnits: [8], numClasses: 3, random: randomStream(1) });
 * console.log(model.countParams()); // 67
 * model.dispose();
 * ```
 */
export function mlp(options: MlpOptions): tfl.LayersModel {
  const { numClasses, inputShape = [32, 32, 3], hiddenUnits = [256], random } = options;
  checkModelOptions('mlp', inputShape, numClasses);
  hiddenUnits.forEach((units, i) => checkNumber('mlp', `hiddenUnits[${i}]`, units, { min: 1, integer: true }));

  const last = hiddenUnits.length - 1;
  const inputs = tfl.input({ name: 'inputs', shape: [...inputShape] });
  const size = inputShape.reduce((product, length) => product * length, 1);
  // Not tf.layers.flatten, which refuses inputs that are flat already.
  let x = applied(tfl.layers.reshape({ name: last < 0 ? 'features' : 'flatten', targetShape: [size] }), inputs);
  for (const [i, units] of hiddenUnits.entries()) {
    const name = i === last ? 'features' : `hidden${i + 1}`;
    const kernelInitializer = heNormal(random, name, x.shape[1]!);
    x = applied(tfl.layers.dense({ name, units, activation: 'relu', kernelInitializer }), x);
  }
  return tfl.model({
    name: 'mlp',
    inputs,
    outputs: denseLogits(x, numClasses, heNormal(random, 'logits', x.shape[1]!)),
  });
}

import type * as tfl from '@tensorflow/tfjs-layers';
import { checkOneOf } from '../core/index.js';
import { cifarResNet } from './cifarResNet.js';
import { linear } from './linear.js';
import { mlp } from './mlp.js';
import { officialLogitAdjustmentResNet } from './officialResNet.js';
import type { ModelOptions } from './options.js';

/** A name that {@link createModel} knows. */
export type ModelName = 'resnet8' | 'resnet20' | 'resnet32' | 'resnet56' | 'official-resnet' | 'mlp' | 'linear';

const makers = {
  resnet8: (options: ModelOptions) => cifarResNet({ ...options, depth: 8 }),
  resnet20: (options: ModelOptions) => cifarResNet({ ...options, depth: 20 }),
  resnet32: (options: ModelOptions) => cifarResNet({ ...options, depth: 32 }),
  resnet56: (options: ModelOptions) => cifarResNet({ ...options, depth: 56 }),
  'official-resnet': officialLogitAdjustmentResNet,
  mlp: (options: ModelOptions) => mlp(options),
  linear,
} as const satisfies Record<ModelName, (options: ModelOptions) => tfl.LayersModel>;

/** The names that {@link createModel} knows. */
export const modelNames = Object.keys(makers) as readonly ModelName[];

/**
 * A model by its name, as configurations and the command line give it.
 *
 * @param name One of {@link modelNames}: `resnet8 resnet20 resnet32 resnet56` are {@link cifarResNet},
 *   `official-resnet` is {@link officialLogitAdjustmentResNet}, `mlp` is {@link mlp} with its default width,
 *   `linear` is {@link linear}.
 * @param options `numClasses`, `inputShape` (default `[32, 32, 3]`), `random`.
 * @returns A model with a layer `features` and logits `[B, C]` as output; the caller disposes it.
 * @throws InvalidArgumentError If the name is unknown (the message lists near misses) or an option is not valid.
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { createModel } from 'tfjs-longtail/models';
 * const model = createModel('resnet8', { numClasses: 10, random: randomStream(1) });
 * console.log(model.name); // resnet8
 * model.dispose();
 * ```
 */
export function createModel(name: string, options: ModelOptions): tfl.LayersModel {
  return makers[checkOneOf('createModel', 'name', name, modelNames)](options);
}

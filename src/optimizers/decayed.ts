import type * as tf from '@tensorflow/tfjs-core';
import { checkOneOf, InvalidArgumentError } from '../core/index.js';

/**
 * Which variables weight decay pulls towards 0: `'all'`; `'kernels'`, those of convolutions and dense layers;
 * `'official'`, kernels and biases but nothing of batch normalisation, as in the code of the logit-adjustment paper.
 */
export type DecayedPreset = 'all' | 'kernels' | 'official';

/** A preset, or a function that says whether a variable is decayed. */
export type DecayedVariables = DecayedPreset | ((name: string, variable: tf.Variable) => boolean);

// tf.layers names variables layer/weight, and adds _1, _2, ... when the same name comes again.
const presets: Readonly<Record<DecayedPreset, RegExp>> = {
  all: /^/,
  kernels: /kernel(_\d+)?$/,
  official: /(kernel|bias)(_\d+)?$/,
};

/** The function that `decayed` names. */
export function decayedTest(where: string, decayed: DecayedVariables): (variable: tf.Variable) => boolean {
  if (typeof decayed === 'function') return (variable) => decayed(variable.name, variable);
  const pattern = presets[checkOneOf(where, 'decayed', decayed, Object.keys(presets) as DecayedPreset[])];
  return (variable) => pattern.test(variable.name);
}

/** The preset, which alone can be saved. */
export function savedDecayed(where: string, decayed: DecayedVariables): string {
  if (typeof decayed === 'string') return decayed;
  throw new InvalidArgumentError(
    `${where}.getConfig`,
    'decayed to be a preset',
    'a function',
    'Functions are not saved',
  );
}

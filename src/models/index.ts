/**
 * Backbones as tf.layers models with logits as output, and the classifier that a training loop drives.
 *
 * @packageDocumentation
 */
export { cifarResNet } from './cifarResNet.js';
export type { CifarResNetOptions } from './cifarResNet.js';
export { classifierFromModel } from './classifier.js';
export type { Classifier, ClassifierOptions, ForwardOptions } from './classifier.js';
export { createModel, modelNames } from './createModel.js';
export type { ModelName } from './createModel.js';
export { freezeBackbone, scaleClasses } from './frozen.js';
export { linear } from './linear.js';
export { mlp } from './mlp.js';
export type { MlpOptions } from './mlp.js';
export { officialLogitAdjustmentResNet } from './officialResNet.js';
export { OptionAShortcut } from './optionAShortcut.js';
export type { OptionAShortcutConfig } from './optionAShortcut.js';
export type { ModelOptions } from './options.js';

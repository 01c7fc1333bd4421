/**
 * Models from files and into files, in Node and without the native backend's `file://`.
 *
 * @packageDocumentation
 */
export { isModelFile, loadModelFile, modelFileDigest } from './modelFile.js';
export type { ModelFileOptions } from './modelFile.js';
export type { ModelFactory, ModelFactoryOptions, TensorFlow } from './modelModule.js';
export { saveModelFolder } from './savedModel.js';

/**
 * Backends of TensorFlow.js: choose one, complete it for training, check that it computes right.
 *
 * @packageDocumentation
 */
export type { BackendChoice, RejectedBackend } from './activate.js';
export { backendNames, chooseBackend } from './choose.js';
export type { BackendName } from './choose.js';
export { missingTrainingKernels, selfCheck, trainingKernels } from './selfcheck/index.js';
export type { SelfCheckResult } from './selfcheck/index.js';
export { accelerate, backendPrecision } from './native/index.js';
export type { Precision } from './native/index.js';
export { completeWasm } from './wasm/index.js';

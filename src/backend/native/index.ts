/**
 * Accelerates the native backend of TensorFlow.js for training.
 *
 * @packageDocumentation
 */
export { accelerate } from './accelerate.js';
export { backendPrecision, precisions, setPrecision } from './precision.js';
export type { Precision } from './precision.js';

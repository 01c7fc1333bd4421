/**
 * Accelerates the native backend of TensorFlow.js for training.
 *
 * @packageDocumentation
 */
export { accelerate } from './accelerate.js';

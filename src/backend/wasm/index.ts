/**
 * Completes the wasm backend of TensorFlow.js for training.
 * @packageDocumentation
 */
export { completeWasm } from './complete.js';

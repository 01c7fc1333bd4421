/**
 * Checkpoints in files.
 *
 * @packageDocumentation
 */
export { fileCheckpoints } from './fileCheckpoints.js';

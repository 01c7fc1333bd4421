/**
 * Checkpoints in files.
 *
 * @packageDocumentation
 */
export { writeFileAtomic } from './atomicFile.js';
export { fileCheckpoints } from './fileCheckpoints.js';

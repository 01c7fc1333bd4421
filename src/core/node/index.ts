export { writeFileAtomic } from './atomicFile.js';
export { cacheDirectory } from './cache.js';
export { digestOf } from './digest.js';
export { withLock } from './lock.js';
export type { LockOptions } from './lock.js';

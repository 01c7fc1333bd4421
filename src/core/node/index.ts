export { writeFileAtomic } from './atomicFile.js';
export { cacheDirectory } from './cache.js';
export { digestOf } from './digest.js';
export { writeFolderAside } from './folderAside.js';
export { withLock } from './lock.js';
export type { LockOptions } from './lock.js';
export { optionalPackage } from './optionalPackage.js';
export { workerArguments } from './workerArguments.js';

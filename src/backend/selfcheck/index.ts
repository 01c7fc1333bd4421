export { missingTrainingKernels, trainingKernels } from './kernels.js';
export { selfCheck } from './selfCheck.js';
export type { SelfCheckResult } from './selfCheck.js';

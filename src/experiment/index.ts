/** Runs: configuration, run folder, training, evaluation. */
export { configKeys, resolveConfig } from './config.js';
export type { PartialConfig, TrainConfig } from './config.js';
export { loadRunData } from './data.js';
export { describeEnvironment } from './environment.js';
export type { Environment } from './environment.js';
export { evaluateRun } from './evaluate.js';
export { loadConfigLayer } from './presets.js';
export { resumedConfig, runTraining } from './run.js';
export type { RunEvent, RunOutcome, RunReport } from './run.js';
export { RunFolder } from './runFolder.js';
export type { Scores } from './scoring.js';

import { chooseBackend, type Precision } from '../backend/node/index.js';
import { CheckpointError, randomStream } from '../core/index.js';
import type { LoadDatasetOptions } from '../data/node/index.js';
import { fileCheckpoints } from '../train/node/index.js';
import type { TrainConfig } from './config.js';
import { loadRunData, type RunData } from './data.js';
import { dataLocation, type DataLocation } from './dataOptions.js';
import { checkModelFile } from './modelSource.js';
import { resumedConfig } from './run.js';
import { RunFolder } from './runFolder.js';
import { makeTrainee, restoreTrainee, type Trainee } from './trainee.js';

/** Options of {@link openRun}; data that have moved since the run began are named as in its configuration. */
export interface OpenRunOptions extends DataLocation {
  /** Folder of the run. */
  readonly run: string;
  /** Which checkpoint. Default: `best` where there is one, else `last`. */
  readonly checkpoint?: 'best' | 'last';
  /** Backend. Default `'auto'`. */
  readonly backend?: TrainConfig['backend'];
  /** Precision of the backend. Default: that of the run. */
  readonly precision?: Precision;
  /** Stops between two batches. */
  readonly signal?: AbortSignal;
  /** Told how a download goes. */
  readonly onProgress?: LoadDatasetOptions['onProgress'];
}

/** A checkpoint that was read, with the epochs and steps behind it. */
export interface CheckpointRecord {
  /** Name. */
  readonly name: string;
  /** Epochs behind it. */
  readonly epoch: number;
  /** Steps behind it. */
  readonly step: number;
}

/** A run with its data, and its model as a checkpoint has it. */
export interface OpenedRun {
  readonly config: TrainConfig;
  /** Name of the backend. */
  readonly backend: string;
  readonly checkpoint: CheckpointRecord;
  readonly data: RunData;
  /** To be disposed by the caller. */
  readonly trainee: Trainee;
}

/**
 * Opens a run to look at it.
 *
 * @throws RunFolderError If the folder holds no run, or the file of its model has changed.
 * @throws CheckpointError If it has no such checkpoint, or a damaged one.
 */
export async function openRun(options: OpenRunOptions): Promise<OpenedRun> {
  const { run, signal, onProgress } = options;
  const hint = 'Name data only where those of the run have moved';
  const config = resumedConfig(run, dataLocation(options), run, hint);
  await checkModelFile(RunFolder.read(run), config.model);
  const choice = await chooseBackend(options.backend ?? 'auto', { precision: options.precision ?? config.precision });
  const { name, state } = await loadCheckpoint(run, options.checkpoint);
  const random = randomStream(config.seed);
  const data = await loadRunData(config, random, { signal, onProgress });
  const trainee = await makeTrainee(config, data, random);
  try {
    restoreTrainee(trainee, state);
  } catch (error) {
    trainee.dispose();
    throw error;
  }
  const checkpoint = { name, epoch: state.position.epoch, step: state.position.step };
  return { config, backend: choice.name, checkpoint, data, trainee };
}

async function loadCheckpoint(run: string, wanted: 'best' | 'last' | undefined) {
  const folder = RunFolder.read(run).checkpoints;
  const store = fileCheckpoints(folder);
  for (const name of wanted ? [wanted] : ['best', 'last']) {
    const state = await store.load(name);
    if (state) return { name, state };
  }
  const isMissingBest = wanted === 'best' && (await store.load('last')) !== null;
  const hint = isMissingBest
    ? 'Only a hold-out chooses a best one: leave out --checkpoint, or train with --holdout'
    : 'The run may have been stopped before its first epoch: go on with longtail train --resume';
  throw new CheckpointError(folder, `a checkpoint ${wanted ?? 'best or last'}`, 'none', hint);
}

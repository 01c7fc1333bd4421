import { chooseBackend } from '../backend/node/index.js';
import { CheckpointError, ConfigError, randomStream } from '../core/index.js';
import type { LoadDatasetOptions } from '../data/node/index.js';
import { restoreModel } from '../train/index.js';
import { fileCheckpoints } from '../train/node/index.js';
import { loadRunData } from './data.js';
import { posthocTau, resumedConfig } from './run.js';
import { RunFolder } from './runFolder.js';
import { score, type Scores } from './scoring.js';
import { makeTrainee } from './trainee.js';

/** Parts of the data that {@link evaluateRun} can score. */
export const splitNames = ['test', 'holdout', 'train'] as const;

/** Options of {@link evaluateRun}. */
export interface EvaluateOptions {
  /** Folder of the run. */
  readonly run: string;
  /** Which examples. Default `'test'`. */
  readonly split?: (typeof splitNames)[number];
  /** Which checkpoint. Default: `best` where there is one, else `last`. */
  readonly checkpoint?: 'best' | 'last';
  /** Tau of the post-hoc scores. Default: as the run chose it. */
  readonly tau?: number;
  /** Backend. Default `'auto'`. */
  readonly backend?: 'auto' | 'tensorflow' | 'wasm' | 'cpu';
  /** Where the data lies now, if it has moved. */
  readonly dataDir?: string;
  /** Stops between two batches. */
  readonly signal?: AbortSignal;
  /** Told how a download goes. */
  readonly onProgress?: LoadDatasetOptions['onProgress'];
}

/** What {@link evaluateRun} returns. */
export interface Evaluation extends Scores {
  /** Folder of the run. */
  readonly run: string;
  /** Backend that computed it. */
  readonly backend: string;
  /** Data set with its profile. */
  readonly dataset: string;
  /** The examples that were scored. */
  readonly split: string;
  /** Checkpoint, with the epochs and steps behind it. */
  readonly checkpoint: { readonly name: string; readonly epoch: number; readonly step: number };
}

/**
 * Scores a checkpoint of a run, raw and post hoc.
 *
 * @throws RunFolderError If the folder holds no run.
 * @throws CheckpointError If it has no such checkpoint, or a damaged one.
 */
export async function evaluateRun(options: EvaluateOptions): Promise<Evaluation> {
  const { run, split = 'test' } = options;
  const config = resumedConfig(run, options.dataDir === undefined ? {} : { dataDir: options.dataDir });
  const choice = await chooseBackend(options.backend ?? 'auto');
  const { name, state } = await loadCheckpoint(run, options.checkpoint);
  const random = randomStream(config.seed);
  const data = await loadRunData(config, random, { signal: options.signal, onProgress: options.onProgress });
  const source = { test: data.test, holdout: data.holdout, train: data.trainAsIs }[split];
  if (source === null) throw new ConfigError('evaluate', 'a run with a hold-out for --split holdout', 'one without');
  const trainee = makeTrainee(config, data, random);
  try {
    restoreModel(trainee.classifier, state);
    const tau = options.tau ?? (await posthocTau(config, data, trainee)).tau;
    const { classifier, classPrior } = trainee;
    return {
      run,
      backend: choice.name,
      dataset: data.name,
      split,
      checkpoint: { name, epoch: state.position.epoch, step: state.position.step },
      ...(await score(classifier, source, {
        classCounts: data.classCounts,
        classPrior,
        tau,
        signal: options.signal,
      })),
    };
  } finally {
    trainee.dispose();
  }
}

async function loadCheckpoint(run: string, wanted: 'best' | 'last' | undefined) {
  const folder = RunFolder.read(run).checkpoints;
  const store = fileCheckpoints(folder);
  for (const name of wanted ? [wanted] : ['best', 'last']) {
    const state = await store.load(name);
    if (state) return { name, state };
  }
  const hint = 'The run may have been stopped before its first epoch: go on with longtail train --resume';
  throw new CheckpointError(folder, `a checkpoint ${wanted ?? 'best or last'}`, 'none', hint);
}

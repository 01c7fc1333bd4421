import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import { CheckpointError, ConfigError } from '../core/index.js';
import type { Classifier } from '../models/index.js';
import { restoreModel, type TrainState } from '../train/index.js';
import { fileCheckpoints } from '../train/node/index.js';
import { resolveConfig, type ConfigLayer, type TrainConfig } from './config.js';
import { scoredState } from './mixing.js';
import { mixupStageOptions } from './mixupOptions.js';
import { RunFolder } from './runFolder.js';

/** Where the first weights of a run come from; `environment.json` and `report.json` hold it. */
export interface InitialWeights {
  /** Folder of the run, as it was given. */
  readonly run: string;
  /** Its checkpoint: `best` if there is one. */
  readonly checkpoint: 'best' | 'last';
  /** Epochs behind it. */
  readonly epoch: number;
  /** SHA-256 of the weights file of the checkpoint, in hexadecimal. */
  readonly sha256: string;
}

/** Options that belong to a stage or a machine, and not to what is trained. */
export const ownOptions = [
  'init',
  'freeze',
  'classifier',
  'normTau',
  'backend',
  'threads',
  'precision',
  'replicas',
  ...mixupStageOptions,
] as const;

/**
 * Options in which a run and the one that it starts from must agree: another hold-out, for one, would have examples that
 * the backbone has seen.
 */
const sharedOptions = [
  'data',
  'labels',
  'testData',
  'testLabels',
  'testShare',
  'labelColumn',
  'imageSize',
  'profile',
  'imbalance',
  'maxPerClass',
  'tailDraw',
  'subset',
  'holdout',
  'labelsPerClass',
  'normalization',
  'model',
  'hiddenUnits',
  'classes',
  'exponent',
  'head',
  'degree',
] as const;

/**
 * Puts the configuration of the run that `init` names before all layers: what they leave open is as it was there.
 *
 * @throws RunFolderError If `init` names no run.
 */
export function inheritInitial(layers: readonly ConfigLayer[]): readonly ConfigLayer[] {
  const named = layers.map(({ values }) => (values as Partial<TrainConfig> | null)?.init);
  const init = named.findLast((run) => run !== undefined);
  if (typeof init !== 'string') return layers;
  const values: Partial<TrainConfig> = { ...configOf(init) };
  for (const option of ownOptions) delete values[option];
  return [{ source: `${init}/config.json`, values }, ...layers];
}

function configOf(run: string): TrainConfig {
  return resolveConfig([{ source: `${run}/config.json`, values: RunFolder.read(run).readConfig() }]);
}

/**
 * Gives a model the weights of the run that `init` names; with the classifier `reset` its head keeps the ones it has.
 *
 * @param network The model as `model` names it, without a class scale.
 * @param began What an earlier process took; the same must still be there.
 * @throws CheckpointError If it has no checkpoint, another one than before, or one of another model.
 */
export async function initialize(
  config: TrainConfig & { readonly init: string },
  network: Classifier,
  began: InitialWeights | null,
): Promise<InitialWeights> {
  const { state, ...initial } = await loadInitial(config.init);
  if (began !== null && began.sha256 !== initial.sha256) {
    const hint = 'That run was trained on since: restore it from a copy, or start a new run';
    throw new CheckpointError(`init ${config.init}`, `weights with SHA-256 ${began.sha256}`, initial.sha256, hint);
  }
  const fresh = config.classifier === 'reset' ? copyHead(network) : null;
  try {
    restoreModel(network, scoredState(configOf(config.init), state));
    fresh?.forEach(({ variable, value }) => variable.assign(value));
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    const hint = 'That run has other classes or another model';
    throw new CheckpointError(`init ${config.init}`, error.expected, error.got, hint, { cause: error });
  } finally {
    fresh?.forEach(({ value }) => value.dispose());
  }
  return initial;
}

function copyHead({ head }: Classifier): { variable: tf.Variable; value: tf.Tensor }[] {
  return head
    .flatMap((layer) => layer.weights)
    .map((weight) => ({ variable: weight.read() as tf.Variable, value: tf.clone(weight.read()) }));
}

async function loadInitial(run: string): Promise<InitialWeights & { readonly state: TrainState }> {
  const folder = RunFolder.read(run).checkpoints;
  for (const checkpoint of ['best', 'last'] as const) {
    const state = await fileCheckpoints(folder).load(checkpoint);
    if (state) return { run, checkpoint, epoch: state.position.epoch, sha256: digestOf(state), state };
  }
  throw new CheckpointError(folder, 'a checkpoint best or last to start from', 'none', 'Finish that run first');
}

/** That of the weights file, which holds the tensors one after the other. */
function digestOf({ tensors }: TrainState): string {
  const hash = createHash('sha256');
  for (const { values } of tensors) hash.update(values);
  return hash.digest('hex');
}

/**
 * Throws unless the run that `init` names was made for the same model and the same data.
 *
 * @throws RunFolderError If it is no run.
 * @throws ConfigError If it has another model, other data or another split (the message says which option).
 */
export function checkInitial(config: TrainConfig): void {
  if (config.init === null) return;
  const before = configOf(config.init);
  if (before.classifier === 'scaled') {
    const hint = 'Start from the run that it scales';
    throw new ConfigError('init', 'a run whose classifier has no class scale', `${config.init} with scaled`, hint);
  }
  const isDrawn =
    config.holdout > 0 ||
    config.labelsPerClass !== null ||
    typeof config.subset === 'number' ||
    config.data === 'zipf' ||
    (config.profile !== 'none' && config.tailDraw === 'random');
  for (const option of [...sharedOptions, ...(isDrawn ? (['seed'] as const) : [])]) {
    const [had, has] = [before[option], config[option]].map((value) => JSON.stringify(value));
    if (had === has) continue;
    const hint =
      option === 'seed'
        ? 'The seed draws the hold-out and the examples: with another one they would mix'
        : 'Leave the option out: it is then as in that run';
    throw new ConfigError('init', `${option} ${had} as in ${config.init}`, has, hint);
  }
}

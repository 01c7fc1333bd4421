import { basename } from 'node:path';
import { ConfigError } from '../core/index.js';
import { saveModelFolder } from '../models/node/index.js';
import { version } from '../version.js';
import { openRun, type CheckpointRecord, type OpenedRun, type OpenRunOptions } from './openRun.js';
import { portableModel } from './portableModel.js';
import { posthocTau } from './run.js';
import { offsetsOf } from './scorer.js';
import { adjustsPosthoc } from './scoring.js';

/** Options of {@link exportRun}. */
export interface ExportOptions extends OpenRunOptions {
  /** Folder to make. */
  readonly out: string;
  /** Whether to put the post-hoc adjustment into the model: with the tau of the run, or with this one. Default `false`. */
  readonly posthoc?: boolean | number;
  /** Whether the model ends in probabilities instead of logits. Default `false`. */
  readonly softmax?: boolean;
}

/** What {@link exportRun} returns. */
export interface ExportResult {
  /** Folder of the run. */
  readonly run: string;
  /** The checkpoint that was exported. */
  readonly checkpoint: CheckpointRecord;
  /** Path of the `model.json`. */
  readonly model: string;
  /** What the model gives. */
  readonly outputs: 'logits' | 'probabilities';
  /** Tau of the adjustment in the model; `null` without one. */
  readonly tau: number | null;
  /** Layer classes that a page must register before it loads the model; those of this package are in its `register`. */
  readonly customLayers: readonly string[];
}

/**
 * Writes a run's model as `model.json` and `weights.bin`, with `longtail.json` beside them on how to use it.
 *
 * @throws ConfigError If the adjustment of the run is asked for and it has none.
 * @throws RunFolderError If the folder holds no run, or that to make exists or cannot be written.
 */
export async function exportRun(options: ExportOptions): Promise<ExportResult> {
  const { run, out, softmax = false } = options;
  const opened = await openRun(options);
  const { trainee, data, config, checkpoint } = opened;
  try {
    const tau = await bakedTau(options, opened);
    const offsets = tau === null ? null : offsetsOf({ classPrior: trainee.classPrior, tau });
    const { model, customLayers } = await portableModel(trainee.classifier.model, { offsets, softmax });
    const outputs = softmax ? 'probabilities' : 'logits';
    const isImage = data.inputShape.length === 3;
    const description = {
      format: 1,
      madeBy: `tfjs-longtail ${version}`,
      model: basename(config.model),
      checkpoint,
      inputShape: data.inputShape,
      preprocessing: isImage
        ? '(byte / 255 - mean[channel]) / deviation[channel], float32, [batch, height, width, channel]'
        : '(value - mean[feature]) / deviation[feature], float32, [batch, feature]',
      mean: Array.from(data.normalization.mean),
      deviation: Array.from(data.normalization.deviation),
      outputs,
      classNames: data.classNames,
      classPrior: Array.from(trainee.classPrior.probabilities),
      tau,
      customLayers,
    };
    try {
      const path = await saveModelFolder(model, out, { 'longtail.json': `${JSON.stringify(description, null, 2)}\n` });
      return { run, checkpoint, model: path, outputs, tau, customLayers };
    } finally {
      model.dispose();
    }
  } finally {
    trainee.dispose();
  }
}

/** Tau of the adjustment to put into the model, `null` for none. */
async function bakedTau(
  { posthoc = false }: ExportOptions,
  { config, data, trainee }: OpenedRun,
): Promise<number | null> {
  if (posthoc === false) return null;
  if (typeof posthoc === 'number') return posthoc;
  if (adjustsPosthoc(config)) return (await posthocTau(config, data, trainee)).tau;
  const hint = 'Export it without --posthoc: its logits are adjusted already. --posthoc TAU adjusts them all the same';
  throw new ConfigError('export', 'a run of plain cross-entropy for --posthoc', describe(config), hint);
}

function describe({ loss, sampler, classifier }: OpenedRun['config']): string {
  return classifier === 'keep' ? `${loss} with ${sampler} batches` : `the classifier ${classifier}`;
}

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { chooseBackend } from '../backend/node/index.js';
import { ConfigError, DataFormatError, randomStream, RunFolderError } from '../core/index.js';
import { writeFolderAside } from '../core/node/index.js';
import { readNpy, readNpyLabels, writeNpy } from '../data/node/index.js';
import {
  boundaryParts,
  classParts,
  selectSubset,
  type Feasibility,
  type Guarantee,
  type ItemParts,
  type PoolSelection,
  type SelectionPool,
  type SelectSubsetOptions,
  type SelectSubsetProgress,
} from '../subset/index.js';
import type { ExampleSource } from '../train/index.js';
import type { Classifier } from '../models/index.js';
import { forEachFeatures } from './frozenFeatures.js';
import { openRun, type OpenRunOptions } from './openRun.js';
import { selectionPage } from './report/selectionPage.js';
import { poolRecord, selectionFiles, type PoolRecord } from './subsetFile.js';

/** What {@link selectItems} selects from, and how. */
export interface SelectItemsOptions
  extends
    Omit<OpenRunOptions, 'run'>,
    Pick<
      SelectSubsetOptions,
      | 'budget'
      | 'method'
      | 'balance'
      | 'ordered'
      | 'caps'
      | 'neighbors'
      | 'alpha'
      | 'beta'
      | 'lambda'
      | 'radiusWeight'
      | 'distances'
    > {
  /** Folder of the run whose model has seen the pool: the training examples of the run, before it took a subset of them. */
  readonly run?: string;
  /** Instead of a run: `.npy` of embeddings, `[n, d]`. */
  readonly embeddings?: string;
  /** Of predicted probabilities, `[n, C]`. */
  readonly probabilities?: string;
  /** Balance over the true classes: those of the run's data, or the `.npy` of class ids named by `labels`. */
  readonly trueClasses?: boolean;
  /** Seed of random draws. Default 1. */
  readonly seed?: number;
  /** Folder to make. */
  readonly out: string;
  /** Told how far the selection is. */
  readonly onSelection?: (progress: SelectSubsetProgress | { stage: 'features'; done: number; total: number }) => void;
}

/** What {@link selectItems} found; `summary.json` holds it. */
export interface SelectionSummary {
  /** Folder of the selection. */
  readonly selection: string;
  /** What was selected from. */
  readonly pool: PoolRecord;
  /** The run, or the files. */
  readonly from: { readonly run: string } | { readonly embeddings: string; readonly probabilities: string };
  /** How it was selected. */
  readonly method: string;
  /** What it was balanced over. */
  readonly balance: string;
  /** Items asked for. */
  readonly budget: number;
  /** Items selected. */
  readonly selected: number;
  /** Why there are no more. */
  readonly stopped: PoolSelection['stopped'];
  /** Value of the objective, or of the baseline. */
  readonly value: number;
  /** What is proven of it. */
  readonly guarantee: Guarantee;
  /** Whether the budget could be met. */
  readonly feasibility: Feasibility;
  /** Predicted classes of the pool and of the selection, by class. */
  readonly classes: { readonly names: readonly string[]; readonly pool: number[]; readonly selected: number[] };
  /** Decision boundaries likewise, those that occur. */
  readonly boundaries: { readonly names: readonly string[]; readonly pool: number[]; readonly selected: number[] };
  /** Seconds that features and selection took. */
  readonly seconds: { readonly features: number; readonly selection: number };
}

interface SeenPool extends SelectionPool {
  readonly record: PoolRecord;
  readonly from: SelectionSummary['from'];
  readonly numClasses: number;
  readonly classNames: readonly string[];
}

/**
 * Selects a subset of the pool of a run, or of embeddings and probabilities from anywhere, and writes it: positions, gains, a
 * summary and a page to look at.
 *
 * @throws ConfigError If there is neither a run nor files, or both.
 * @throws RunFolderError If the folder exists or cannot be made.
 * @throws DataFormatError If a file cannot be read or does not fit.
 * @throws InvalidArgumentError If an option is out of range.
 */
export async function selectItems(options: SelectItemsOptions): Promise<SelectionSummary> {
  const out = resolve(options.out);
  if (existsSync(out)) {
    throw new RunFolderError(out, 'a folder that does not exist yet', 'one that does', 'Choose another --out');
  }
  const began = performance.now();
  const pool = await seenPool(options);
  const seen = performance.now();
  const { onSelection } = options;
  const selection = await selectSubset(pool, {
    ...selectionOptions(options),
    random: randomStream(options.seed ?? 1).child('selection'),
    ...(onSelection ? { onProgress: onSelection } : {}),
  });
  const seconds = { features: (seen - began) / 1000, selection: (performance.now() - seen) / 1000 };
  const summary = summaryOf(out, pool, selection, options, seconds);
  await write(out, selection, summary);
  return summary;
}

const optionNames = [
  'budget',
  'method',
  'balance',
  'ordered',
  'caps',
  'neighbors',
  'alpha',
  'beta',
  'lambda',
  'radiusWeight',
  'distances',
  'signal',
] as const;

function selectionOptions(options: SelectItemsOptions): SelectSubsetOptions {
  const given = optionNames.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]]));
  return Object.fromEntries(given) as SelectSubsetOptions;
}

async function seenPool(options: SelectItemsOptions): Promise<SeenPool> {
  const { run, embeddings, probabilities } = options;
  const files = embeddings !== undefined && probabilities !== undefined;
  if ((run === undefined) === !files || (run !== undefined && (embeddings ?? probabilities) !== undefined)) {
    const got = run === undefined ? 'neither' : 'both';
    throw new ConfigError('select', 'a run, or --embeddings and --probabilities', got);
  }
  return run === undefined ? poolOfFiles(embeddings!, probabilities!, options) : poolOfRun(run, options);
}

async function poolOfFiles(embeddings: string, probabilities: string, options: SelectItemsOptions): Promise<SeenPool> {
  await chooseBackend(options.backend ?? 'auto', { precision: options.precision ?? 'float32' });
  const rows = await matrix(embeddings, 'embeddings [items, numbers]');
  const said = await matrix(probabilities, 'probabilities [items, classes]');
  if (rows.size !== said.size) {
    throw new DataFormatError(probabilities, `${rows.size} rows, one for each of ${embeddings}`, said.size);
  }
  const labels =
    options.labels === undefined || options.labels === null ? {} : { labels: await readNpyLabels(options.labels) };
  return {
    embeddings: { values: rows.data, dimension: rows.width },
    probabilities: said.data,
    numClasses: said.width,
    classNames: Array.from({ length: said.width }, (_, y) => `class ${y}`),
    ...labels,
    record: { name: basename(embeddings), size: rows.size, labelsSha256: null },
    from: { embeddings: resolve(embeddings), probabilities: resolve(probabilities) },
  };
}

async function matrix(path: string, expected: string) {
  const { data, shape } = await readNpy(path);
  if (shape.length === 2 && (data instanceof Float32Array || data instanceof Float64Array)) {
    return { data, size: shape[0]!, width: shape[1]! };
  }
  throw new DataFormatError(
    path,
    `${expected} of float32 or float64`,
    `${data.constructor.name} [${shape.join(', ')}]`,
  );
}

async function poolOfRun(run: string, options: SelectItemsOptions): Promise<SeenPool> {
  const { data, trainee } = await openRun({ ...options, run });
  try {
    if (data.pool === null) {
      throw new ConfigError('select', 'a run on data of one label an example', data.name);
    }
    const { source, labels } = data.pool;
    const seen = await featuresOf(trainee.classifier, source, options);
    return {
      embeddings: { values: seen.features, dimension: seen.dimension },
      probabilities: seen.probabilities,
      numClasses: trainee.classifier.numClasses,
      classNames: data.classNames,
      ...(options.trueClasses ? { labels } : {}),
      record: poolRecord(data.name, labels),
      from: { run: resolve(run) },
    };
  } finally {
    trainee.dispose();
  }
}

/** Features and predicted probabilities of all examples, from one pass. */
async function featuresOf(
  classifier: Classifier,
  source: ExampleSource,
  { signal, onSelection }: SelectItemsOptions,
): Promise<{ features: Float32Array; dimension: number; probabilities: Float32Array }> {
  const { size } = source;
  const { numClasses } = classifier;
  const probabilities = new Float32Array(size * numClasses);
  let features = new Float32Array();
  let dimension = 0;
  let done = 0;
  await forEachFeatures(classifier, source, signal, async (_, batch) => {
    const said = tf.tidy(() => tf.softmax(classifier.logits(batch)));
    const rows = batch.shape[0];
    if (done === 0) {
      dimension = batch.size / rows;
      features = new Float32Array(size * dimension);
    }
    features.set(await batch.data<'float32'>(), done * dimension);
    probabilities.set(await said.data<'float32'>(), done * numClasses);
    said.dispose();
    done += rows;
    onSelection?.({ stage: 'features', done, total: size });
  });
  return { features, dimension, probabilities };
}

function summaryOf(
  out: string,
  pool: SeenPool,
  selection: PoolSelection,
  { method = 'submodular', balance = 'none' }: SelectItemsOptions,
  seconds: SelectionSummary['seconds'],
): SelectionSummary {
  const { items, stopped, value, guarantee, feasibility, budget } = selection;
  return {
    selection: out,
    pool: pool.record,
    from: pool.from,
    method,
    balance,
    budget,
    selected: items.length,
    stopped,
    value,
    guarantee,
    feasibility,
    ...histograms(pool, items),
    seconds,
  };
}

/** How often classes and decision boundaries occur in a pool and in a selection. */
function histograms(pool: SeenPool, items: Int32Array): Pick<SelectionSummary, 'classes' | 'boundaries'> {
  const { probabilities, numClasses, classNames } = pool;
  const parts = {
    classes: classParts(probabilities, { numClasses, classNames }),
    boundaries: boundaryParts(probabilities, { numClasses, classNames }),
  };
  const count = ({ names, counts, parts: partOf }: ItemParts) => {
    const selected = Array<number>(names.length).fill(0);
    items.forEach((item) => (selected[partOf[item]!]! += 1));
    return { names, pool: [...counts], selected };
  };
  return { classes: count(parts.classes), boundaries: count(parts.boundaries) };
}

async function write(out: string, { items, gains }: PoolSelection, summary: SelectionSummary): Promise<void> {
  await writeFolderAside(out, async (aside) => {
    await writeNpy(join(aside, selectionFiles.indices), items);
    await writeNpy(join(aside, selectionFiles.gains), gains);
    await writeFile(join(aside, selectionFiles.summary), `${JSON.stringify(summary, null, 2)}\n`);
    await writeFile(join(aside, selectionFiles.page), await selectionPage(summary, gains));
  });
}

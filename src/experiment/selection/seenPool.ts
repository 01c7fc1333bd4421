import { basename, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { ConfigError, DataFormatError } from '../../core/index.js';
import { isTable, openMatrix, readNpyLabels, type MatrixFile } from '../../data/node/index.js';
import type { Classifier } from '../../models/index.js';
import type { EmbeddingArray, SelectionPool } from '../../subset/index.js';
import type { ExampleSource } from '../../train/index.js';
import { forEachFeatures } from '../frozenFeatures.js';
import { openRun, type OpenRunOptions } from '../openRun.js';
import { poolRecord, type PoolRecord } from '../subsetFile.js';
import type { SelectionContext } from './choices.js';

/** Where the items of a pool, and what a model says of them, come from. */
export interface PoolOptions extends Omit<OpenRunOptions, 'run'>, SelectionContext {
  /** Folder of the run whose model has seen the pool: the training examples of the run, before it took a subset of them. */
  readonly run?: string;
  /** Instead of a run: embeddings `[n, d]`, `.npy`, Parquet or Arrow. */
  readonly embeddings?: string;
  /** Of predicted probabilities, `[n, C]`; default: the file of the embeddings, where that is a table. */
  readonly probabilities?: string;
  /** Column of the embeddings in a table. Default `'embedding'`. */
  readonly embeddingColumn?: string;
  /** Column of the probabilities in a table. Default `'probabilities'`. */
  readonly probabilityColumn?: string;
  /** Balance over the true classes of the run's data, not over predictions; for files, `labels` names a `.npy` of them and suffices. */
  readonly trueClasses?: boolean;
}

/** The run, or the files, that a selection is from. */
export type PoolOrigin =
  | {
      /** Folder of the run. */
      readonly run: string;
    }
  | {
      /** File of the embeddings. */
      readonly embeddings: string;
      /** File of the probabilities. */
      readonly probabilities: string;
    };

/** A pool, or the part of it that a shard sees, with what the model says of its items. */
export interface SeenPool extends SelectionPool {
  readonly probabilities: Float32Array;
  readonly numClasses: number;
  readonly classNames: readonly string[];
  readonly labels?: Int32Array;
  /** The whole pool. */
  readonly record: PoolRecord;
  readonly from: PoolOrigin;
  /** Positions of the items in the whole pool; `null` where they are all of it. */
  readonly positions: Int32Array | null;
}

/** Which positions of a pool of so many items are seen; `null` for all. Called first of all, so that it may refuse. */
export type Keep = (size: number) => Int32Array | null;

/**
 * The pool of a run, or of files.
 *
 * @throws ConfigError If there is neither a run nor files, or both.
 * @throws DataFormatError If a file cannot be read or does not fit.
 */
export async function seenPool(options: PoolOptions, keep: Keep): Promise<SeenPool> {
  const { run, embeddings } = options;
  const probabilities =
    options.probabilities ?? (embeddings !== undefined && isTable(embeddings) ? embeddings : undefined);
  const isFiles = embeddings !== undefined && probabilities !== undefined;
  if ((run === undefined) === !isFiles || (run !== undefined && (embeddings ?? probabilities) !== undefined)) {
    const got = run !== undefined ? 'both' : embeddings === undefined ? 'neither' : 'embeddings alone';
    throw new ConfigError('select', 'a run, or --embeddings and --probabilities', got);
  }
  return run === undefined ? poolOfFiles(embeddings!, probabilities!, options, keep) : poolOfRun(run, options, keep);
}

async function poolOfFiles(
  embeddings: string,
  probabilities: string,
  options: PoolOptions,
  keep: Keep,
): Promise<SeenPool> {
  const { embeddingColumn = 'embedding', probabilityColumn = 'probabilities', signal, labels: labelFile } = options;
  const vectors = await openMatrix(embeddings, { column: embeddingColumn, signal });
  const said = await openMatrix(probabilities, { column: probabilityColumn, signal });
  const { size } = vectors;
  if (said.size !== size)
    throw new DataFormatError(probabilities, `${size} rows, one for each of ${embeddings}`, said.size);
  if (options.trueClasses && !labelFile) {
    throw new ConfigError('select', '--labels with --true-classes, since files have no data set', 'none');
  }
  const labels = labelFile === undefined || labelFile === null ? null : await readNpyLabels(labelFile);
  if (labels !== null && labels.length !== size) {
    throw new DataFormatError(labelFile!, `${size} labels, one for each row of ${embeddings}`, labels.length);
  }
  const positions = keep(size);
  return {
    // A pool that is seen whole stays on the disk.
    embeddings:
      positions === null
        ? vectors
        : { values: await takeRows(vectors, positions, signal), dimension: vectors.dimension },
    probabilities: positions === null ? await said.rows(0, size) : await takeRows(said, positions, signal),
    numClasses: said.dimension,
    classNames: Array.from({ length: said.dimension }, (_, y) => `class ${y}`),
    ...(labels && { labels: at(labels, positions) }),
    record: { name: basename(embeddings), size, labelsSha256: null },
    from: { embeddings: resolve(embeddings), probabilities: resolve(probabilities) },
    positions,
  };
}

/** Rows that are read at a time. */
const BLOCK = 8192;

/** The rows at ascending positions, from one pass over the file. */
async function takeRows(file: MatrixFile, positions: Int32Array, signal?: AbortSignal): Promise<Float32Array> {
  const { size, dimension } = file;
  const rows = new Float32Array(positions.length * dimension);
  let taken = 0;
  for (let start = 0; start < size && taken < positions.length; start += BLOCK) {
    signal?.throwIfAborted();
    const end = Math.min(size, start + BLOCK);
    if (positions[taken]! >= end) continue;
    const block = await file.rows(start, end);
    for (; taken < positions.length && positions[taken]! < end; taken++) {
      const from = (positions[taken]! - start) * dimension;
      rows.set(block.subarray(from, from + dimension), taken * dimension);
    }
  }
  return rows;
}

function at(labels: Int32Array, positions: Int32Array | null): Int32Array {
  return positions === null ? labels : positions.map((position) => labels[position]!);
}

async function poolOfRun(run: string, options: PoolOptions, keep: Keep): Promise<SeenPool> {
  const { data, trainee } = await openRun({ ...options, run });
  try {
    if (data.pool === null) {
      throw new ConfigError('select', 'a run on data of one label an example', data.name);
    }
    const { source, labels } = data.pool;
    const positions = keep(source.size);
    const { numClasses } = trainee.classifier;
    return {
      ...(await featuresOf(trainee.classifier, positions === null ? source : part(source, positions), options)),
      numClasses,
      classNames: data.classNames,
      ...(options.trueClasses && { labels: at(labels, positions) }),
      record: poolRecord(data.name, labels),
      from: { run: resolve(run) },
      positions,
    };
  } finally {
    trainee.dispose();
  }
}

/** The examples at some positions of a source, in order. */
function part(source: ExampleSource, positions: Int32Array): ExampleSource {
  const batch: ExampleSource['batch'] = (indices, random) =>
    source.batch(
      indices.map((index) => positions[index]!),
      random,
    );
  return { ...source, size: positions.length, batch };
}

/** Features and predicted probabilities of all examples, from one pass. */
async function featuresOf(
  classifier: Classifier,
  source: ExampleSource,
  { signal, onSelection }: SelectionContext,
): Promise<{ embeddings: EmbeddingArray; probabilities: Float32Array }> {
  const { size } = source;
  const { numClasses } = classifier;
  const probabilities = new Float32Array(size * numClasses);
  let values = new Float32Array();
  let dimension = 0;
  let done = 0;
  await forEachFeatures(classifier, source, signal, async (_, batch) => {
    const said = tf.tidy(() => tf.softmax(classifier.logits(batch)));
    const rows = batch.shape[0];
    if (done === 0) {
      dimension = batch.size / rows;
      values = new Float32Array(size * dimension);
    }
    values.set(await batch.data<'float32'>(), done * dimension);
    probabilities.set(await said.data<'float32'>(), done * numClasses);
    said.dispose();
    done += rows;
    onSelection?.({ stage: 'features', done, total: size });
  });
  return { embeddings: { values, dimension }, probabilities };
}

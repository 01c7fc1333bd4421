import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { loadDataset, writeNpy } from '../../src/data/node/index.js';
import { takeExamples, type ImageDataset } from '../../src/data/index.js';
import { evaluateRun, loadRunData, resolveConfig, resumedConfig, runTraining } from '../../src/experiment/index.js';
import type { PartialConfig, RunReport } from '../../src/experiment/index.js';
import type { ExampleSource } from '../../src/train/index.js';
import { errorOf } from '../support/errors.js';
import { freshFolder } from '../support/folders.js';
import { tinyMnist, tinyOptions } from '../support/tinyData.js';
import { freshRun, interrupt } from './support.js';

const configOf = (values: PartialConfig) => resolveConfig([{ source: 'test', values }]);

async function reportOf(values: PartialConfig, out = freshRun()): Promise<RunReport> {
  const outcome = await runTraining({ config: configOf(values), out });
  if (outcome.stopped === 'interrupted') throw new Error('interrupted');
  return outcome.report;
}

/** The images as PNGs in class folders, numbered through in their order. */
async function writePngs(folder: string, { images, labels, imageShape, classNames }: ImageDataset): Promise<void> {
  const [height, width] = imageShape;
  for (const name of classNames) mkdirSync(join(folder, name), { recursive: true });
  for (let i = 0; i < labels.length; i++) {
    const bytes = images.subarray(i * height * width, (i + 1) * height * width);
    const image = sharp(bytes, { raw: { width, height, channels: 1 } })
      .toColourspace('b-w')
      .png();
    await image.toFile(join(folder, classNames[labels[i]!]!, `${i}.png`));
  }
}

async function writeArrays(path: string, { images, labels, imageShape, size }: ImageDataset): Promise<void> {
  await writeNpy(`${path}-x.npy`, images, [size, ...imageShape]);
  await writeNpy(`${path}-y.npy`, labels);
}

/** Both splits of a data set as a folder of PNGs and as arrays, and the options that name them. */
async function asFiles(train: ImageDataset, test: ImageDataset) {
  const folder = freshFolder();
  await writePngs(join(folder, 'pngs/train'), train);
  await writePngs(join(folder, 'pngs/test'), test);
  await writeArrays(join(folder, 'train'), train);
  await writeArrays(join(folder, 'test'), test);
  return {
    folder,
    pngs: { data: join(folder, 'pngs') },
    arrays: {
      data: join(folder, 'train-x.npy'),
      labels: join(folder, 'train-y.npy'),
      testData: join(folder, 'test-x.npy'),
      testLabels: join(folder, 'test-y.npy'),
    },
  };
}

const mnistDir = tinyMnist();
/** A copy without some of its entries. */
const without = (values: PartialConfig, ...names: string[]): PartialConfig =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));

const tiny = without(tinyOptions(mnistDir), 'data', 'dataDir');
const options = { ...tiny, profile: 'exponential', holdout: 0.3, loss: 'ce' } as const;
let files: Awaited<ReturnType<typeof asFiles>>;
beforeAll(async () => {
  const { train, test } = await loadDataset('mnist', { dataDir: mnistDir });
  files = await asFiles(train, test);
});

describe('images as PNGs and as an array', () => {
  it('give the numbers of the data set by name', async () => {
    const named = await reportOf({ ...options, data: 'mnist', dataDir: mnistDir });
    const pngs = await reportOf({ ...options, ...files.pngs });
    const arrays = await reportOf({ ...options, ...files.arrays });
    expect(pngs.final).toEqual(named.final);
    expect(arrays.final).toEqual(named.final);
    expect([pngs.classCounts, arrays.classCounts]).toEqual([named.classCounts, named.classCounts]);
    expect([pngs.dataset, arrays.dataset]).toEqual(['pngs (exponential, ratio 12)', 'train-x (exponential, ratio 12)']);
  });

  const shared = process.env['LONGTAIL_DATA'];
  it.skipIf(!shared || !existsSync(join(shared, 'mnist')))('do so for a part of MNIST', async () => {
    const mnist = await loadDataset('mnist', { dataDir: join(shared!, 'mnist') });
    const first = (dataset: ImageDataset, size: number): ImageDataset =>
      takeExamples(
        dataset,
        Int32Array.from({ length: size }, (_, i) => i),
      );
    const part = { train: first(mnist.train, 1000), test: first(mnist.test, 200) };
    const { pngs, arrays } = await asFiles(part.train, part.test);
    const common = { ...tiny, profile: 'none', loss: 'ce', cropPadding: 0, epochs: 2 } as const;
    const fromPngs = await reportOf({ ...common, ...pngs });
    const fromArrays = await reportOf({ ...common, ...arrays });
    expect(fromPngs.final).toEqual(fromArrays.final);
    expect(fromPngs.final.raw.accuracy).toBeGreaterThan(0.7);
  });
});

/** Inputs and targets of a few batches, augmented by a fixed stream. */
async function batchesOf(source: ExampleSource): Promise<number[][]> {
  const random = randomStream(5);
  const order = source.order(random);
  const read: number[][] = [];
  for (const start of [0, 10, source.size - 10]) {
    const { inputs, targets } = await source.batch(Int32Array.from(order.subarray(start, start + 10)), random);
    read.push([...(await inputs.data()), ...(await targets.data())]);
    tf.dispose([inputs, targets]);
  }
  return read;
}

describe('data larger than what is held in memory', () => {
  it.each(['pngs', 'arrays'] as const)('give the same batches from %s', async (kind) => {
    const config = configOf({ ...options, ...files[kind], flip: true });
    const notes: string[] = [];
    const onNote = (message: string): void => void notes.push(message);
    const held = await loadRunData(config, randomStream(1), { onNote });
    const streamed = await loadRunData(config, randomStream(1), { heldBytes: 100_000, onNote });
    for (const part of ['train', 'trainAsIs', 'holdout', 'test'] as const) {
      expect(await batchesOf(streamed[part]!), part).toEqual(await batchesOf(held[part]!));
    }
    expect(streamed.classCounts).toEqual(held.classCounts);
    expect(notes).toEqual([
      '139 examples of 0.1 MiB in all are read into memory',
      '139 examples of 0.1 MiB in all stay on the disk and are read batch by batch',
    ]);
  });
});

/** Rows of two features around a centre of each class, and labels. */
function points(counts: readonly number[], seed: number): { x: Float32Array; y: Int32Array } {
  const random = randomStream(seed);
  const y = Int32Array.from(counts.flatMap((count, label) => Array<number>(count).fill(label)));
  const centres = [
    [1000, 0],
    [1003, 0.01],
    [1000, 0.02],
  ];
  const x = Float32Array.from(
    [...y].flatMap((label) => [
      centres[label]![0]! + 0.5 * random.normal(),
      centres[label]![1]! + 0.002 * random.normal(),
    ]),
  );
  return { x, y };
}

describe('feature vectors', () => {
  const folder = freshFolder();
  const features = join(folder, 'x.npy');
  const labels = join(folder, 'y.npy');
  const vectors: PartialConfig = {
    features,
    labels,
    epochs: 20,
    batchSize: 16,
    warmupEpochs: 0,
    learningRate: 0.1,
    backend: 'wasm',
  };
  const { x, y } = points([60, 30, 20], 1);
  beforeAll(async () => {
    await writeNpy(features, x, [110, 2]);
    await writeNpy(labels, y);
  });

  it('train a linear head on standardised features, and are tested on a share of each class', async () => {
    const report = await reportOf(vectors);
    expect(report).toMatchObject({
      dataset: 'x (20% of each class for testing)',
      model: 'linear',
      classCounts: [48, 24, 16],
    });
    // Not to be learnt as they are: the features have scales of 1000 and of 0.01.
    expect(report.final.raw.balancedAccuracy).toBeGreaterThan(0.95);
    expect(report.final.raw.support).toEqual([12, 6, 4]);
    // The classes are apart, and the weights begin at zero: only the order of the batches differs with the seed.
    const other = await loadRunData(configOf({ ...vectors, seed: 2 }), randomStream(2));
    const same = await loadRunData(configOf(vectors), randomStream(1));
    expect(await batchesOf(other.test)).toEqual(await batchesOf(same.test));
  });

  it('are standardised by the training examples alone', async () => {
    const { trainAsIs } = await loadRunData(configOf(vectors), randomStream(1));
    const all = Int32Array.from({ length: trainAsIs.size }, (_, i) => i);
    const { inputs, targets } = await trainAsIs.batch(all, randomStream(1));
    const { mean, variance } = tf.moments(inputs, 0);
    for (const value of await mean.data()) expect(value).toBeCloseTo(0, 3); // float32 inputs around 1000
    for (const value of await variance.data()) expect(value).toBeCloseTo(1, 3);
    tf.dispose([inputs, targets, mean, variance]);
  });

  it('of CSV give the same run as those of .npy', async () => {
    const path = join(folder, 'x.csv');
    const rows = [...y].map((label, i) => `${x[2 * i]},${x[2 * i + 1]},${label}`);
    writeFileSync(path, ['a,b,label', ...rows].join('\n'));
    const rest = without(vectors, 'features', 'labels');
    expect((await reportOf({ ...rest, data: path })).final).toEqual((await reportOf(vectors)).final);
  });

  it.each<[PartialConfig, string]>([
    [{ model: 'resnet8' }, 'the model linear or mlp, or one of your own, with feature vectors, got resnet8'],
    [{ normalization: 'centred' }, 'normalization standardized with feature vectors, got centred'],
    [{ flip: true }, 'no flip with feature vectors, got flip. Vectors are not mirrored'],
    [{ cropPadding: 2 }, 'cropPadding 0 with feature vectors, got 2. Vectors are not cropped'],
    [
      { batchSize: 100 },
      'batchSize of at most the number of training examples, got 100 with 88 training examples. ' +
        'Set a smaller batchSize (--batch-size)',
    ],
  ])('refuse %o', async (values, message) => {
    const { name, message: got } = await errorOf(() =>
      loadRunData(configOf({ ...vectors, ...values }), randomStream(1)),
    );
    expect(`${name}: ${got}`).toBe(`ConfigError: configuration: expected ${message}`);
  });

  it('refuse a class that is too small to be split, and one without training examples', async () => {
    const path = join(folder, 'small.csv');
    const load = (text: string, more: PartialConfig = {}) => {
      writeFileSync(path, `a,label\n${text}`);
      return errorOf(() => loadRunData(configOf({ data: path, batchSize: 1, ...more }), randomStream(1)));
    };
    expect((await load('1,x\n2,x\n3,y\n')).message).toBe(
      `${path}: expected at least 2 training examples of class 1 (y), got 1. ` +
        'One is for testing: give test data apart (testData), or leave the class out',
    );
    expect((await load('1,0\n2,2\n3,2\n', { testData: path })).message).toBe(
      `${path}: expected at least 1 training example of class 1 (1), got 0. ` +
        'Leave the class out: number the others from 0 without gaps',
    );
  });
});

describe('a run on your own data', () => {
  it('goes on from any folder, and with data that have moved', async () => {
    const moved = freshFolder();
    cpSync(files.pngs.data, join(moved, 'before'), { recursive: true });
    const values = { ...options, data: join(moved, 'before') };
    const whole = await reportOf(values);
    const out = freshRun();
    await interrupt(8, { config: configOf(values), out });
    expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'))).toMatchObject({ data: join(moved, 'before') });
    renameSync(join(moved, 'before'), join(moved, 'after'));
    const config = resumedConfig(out, { data: join(moved, 'after') });
    const outcome = await runTraining({ config, out, resume: true });
    expect(outcome).toMatchObject({ stopped: 'completed', report: { final: whole.final } });
    const evaluation = await evaluateRun({ run: out, backend: 'wasm', data: join(moved, 'after') });
    expect(evaluation.raw).toEqual(whole.final.raw);
    const { name, where } = await errorOf(() => evaluateRun({ run: out, backend: 'wasm' }));
    expect([name, where]).toEqual(['InvalidArgumentError', 'data']);
    const other = await errorOf(() => resumedConfig(out, { data: 'mnist' }));
    expect(other.message).toBe(
      `--resume: expected data "${join(moved, 'before')}" as the run began, got "mnist". ` +
        'A run goes on as it began: leave the option out, or start a new run with another --out',
    );
    const evaluated = await errorOf(() => evaluateRun({ run: out, backend: 'wasm', data: 'mnist' }));
    expect(evaluated.message).toBe(
      `${out}: expected data "${join(moved, 'before')}" as the run began, got "mnist". ` +
        'Name data only where those of the run have moved',
    );
  });
});

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { readNpy, writeNpy } from '../../src/data/node/index.js';
import { resolveConfig, selectItems, type PartialConfig, type RunReport } from '../../src/experiment/index.js';
import { loadRunData } from '../../src/experiment/data.js';
import { classParts, pairwiseObjective, nearestNeighborGraph, marginUtility } from '../../src/subset/index.js';
import { useBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { freshFolder } from '../support/folders.js';
import { reportOf, tinyConfig } from './support.js';

const out = (): string => join(freshFolder(), 'selection');
const base = { loss: 'ce', epochs: 1, warmupEpochs: 0, backend: 'wasm' } as const;
const indicesIn = async (folder: string): Promise<number[]> => [
  ...((await readNpy(join(folder, 'indices.npy'))).data as Int32Array),
];

describe('a selection from a run', () => {
  let coarse: RunReport;
  beforeAll(async () => {
    coarse = await reportOf({ ...base, subset: 0.3 });
  });

  it('is from the whole pool, of which the run may have seen a part, and is written whole', async () => {
    const pool = (await loadRunData(tinyConfig(base), randomStream(1))).train.size;
    const summary = await selectItems({ run: coarse.run, budget: 0.25, balance: 'class', out: out(), backend: 'wasm' });
    expect(summary).toMatchObject({ method: 'submodular', balance: 'class', budget: Math.round(pool / 4) });
    expect(summary.pool).toMatchObject({ name: 'mnist (exponential, ratio 12)', size: pool });
    expect(JSON.parse(readFileSync(join(summary.selection, 'summary.json'), 'utf8'))).toEqual(summary);
    const items = await indicesIn(summary.selection);
    expect(new Set(items).size).toBe(summary.selected);
    expect(items.every((item) => item >= 0 && item < pool)).toBe(true);
    expect(summary.classes.pool.reduce((sum, count) => sum + count, 0)).toBe(pool);
    expect(summary.classes.selected.reduce((sum, count) => sum + count, 0)).toBe(summary.selected);
    const gains = (await readNpy(join(summary.selection, 'gains.npy'))).data as Float64Array;
    expect(gains.reduce((sum, gain) => sum + gain, 0)).toBeCloseTo(summary.value, 9);
    expect(readFileSync(join(summary.selection, 'report.html'), 'utf8')).toContain('<h2>Selection</h2>');
  });

  it('trains as it is named: those examples, and as many steps as all of them where asked', async () => {
    const { selection, selected } = await selectItems({ run: coarse.run, budget: 32, out: out(), backend: 'wasm' });
    const config = tinyConfig({ ...base, subset: selection });
    const { train, pool, classCounts } = await loadRunData(config, randomStream(1));
    expect(train.size).toBe(selected);
    const items = (await indicesIn(selection)).sort((a, b) => a - b);
    const counts = Array<number>(10).fill(0);
    items.forEach((item) => (counts[pool!.labels[item]!]! += 1));
    expect([...classCounts]).toEqual(counts);
    const first = await train.batch(Int32Array.of(0), randomStream(1));
    expect(first.labels![0]).toBe(pool!.labels[items[0]!]);
    const long = await loadRunData(tinyConfig({ ...base, subset: selection, equalSteps: true }), randomStream(1));
    expect(long.train.size).toBe(pool!.source.size);
    expect(new Set(long.train.order(randomStream(2), 0)).size).toBe(selected);

    const report = await reportOf({ ...base, subset: selection, equalSteps: true });
    expect(report.poolCounts!.reduce((sum, count) => sum + count, 0)).toBe(pool!.source.size);
    expect(report.dataset).toBe(coarse.dataset);
  });

  it('may lose a class, and trains all the same', async () => {
    const path = join(freshFolder(), 'positions.npy');
    const { pool } = await loadRunData(tinyConfig(base), randomStream(1));
    const kept = Int32Array.from(pool!.labels.keys()).filter((item) => pool!.labels[item] !== 9);
    await writeNpy(path, kept);
    const report = await reportOf({ ...base, loss: 'logit-adjusted', subset: path });
    expect(report.classCounts[9]).toBe(0);
    expect(Number.isFinite(report.final.raw.nll)).toBe(true);
  });

  it('repeats with its seed, and is refused where it was not selected from', async () => {
    const options = { run: coarse.run, budget: 20, method: 'random', backend: 'wasm' } as const;
    const [a, b, c] = [
      await selectItems({ ...options, seed: 3, out: out() }),
      await selectItems({ ...options, seed: 3, out: out() }),
      await selectItems({ ...options, seed: 4, out: out() }),
    ];
    expect(await indicesIn(a.selection)).toEqual(await indicesIn(b.selection));
    expect(await indicesIn(a.selection)).not.toEqual(await indicesIn(c.selection));
    const other: PartialConfig = { ...base, imbalance: 4, subset: a.selection };
    await expect(loadRunData(tinyConfig(other), randomStream(1))).rejects.toThrow(
      /a selection from \d+ examples of mnist/,
    );
    await expect(selectItems({ ...options, out: a.selection })).rejects.toThrow(
      refusal(
        'RunFolderError',
        `${a.selection}: expected a folder that does not exist yet, got one that does. Choose another --out`,
      ),
    );
  });
});

describe('a selection from files', () => {
  const [size, dimension, classes] = [40, 6, 3];
  async function files(changes: { rows?: number; nan?: boolean } = {}) {
    const folder = freshFolder();
    const random = randomStream(8);
    const embeddings = Float32Array.from({ length: size * dimension }, () => random.normal());
    if (changes.nan) embeddings[7] = NaN;
    const rows = changes.rows ?? size;
    const probabilities = new Float32Array(rows * classes);
    for (let i = 0; i < rows; i++) {
      const odds = Array.from({ length: classes }, () => Math.exp(2 * random.normal()));
      const total = odds.reduce((sum, odd) => sum + odd, 0);
      probabilities.set(
        odds.map((odd) => odd / total),
        i * classes,
      );
    }
    const paths = { embeddings: join(folder, 'e.npy'), probabilities: join(folder, 'p.npy') };
    await writeNpy(paths.embeddings, embeddings, [size, dimension]);
    await writeNpy(paths.probabilities, probabilities, [rows, classes]);
    return { ...paths, values: { embeddings, probabilities } };
  }

  it('has the value of its objective, and keeps to the caps', async () => {
    const { values, ...paths } = await files();
    const summary = await selectItems({
      ...paths,
      budget: 9,
      balance: 'class',
      caps: 3,
      neighbors: 4,
      out: out(),
      backend: 'cpu',
    });
    await useBackend('cpu');
    const graph = await nearestNeighborGraph({ values: values.embeddings, dimension }, { neighbors: 4 });
    const utility = marginUtility(values.probabilities, { numClasses: classes });
    const state = pairwiseObjective({ utility, graph }).start();
    const items = await indicesIn(summary.selection);
    items.forEach((item) => state.add(item));
    expect(state.value).toBeCloseTo(summary.value, 9);
    const { parts } = classParts(values.probabilities, { numClasses: classes });
    [0, 1, 2].forEach((y) => expect(items.filter((item) => parts[item] === y).length).toBeLessThanOrEqual(3));
    expect(summary.pool.labelsSha256).toBeNull();
  });

  it('names what is wrong, and leaves nothing behind', async () => {
    const wrong = out();
    const { embeddings, probabilities } = await files({ rows: 39 });
    const short = { embeddings, probabilities };
    await expect(selectItems({ ...short, budget: 5, out: wrong, backend: 'cpu' })).rejects.toThrow(
      refusal(
        'DataFormatError',
        `${short.probabilities}: expected 40 rows, one for each of ${short.embeddings}, got 39`,
      ),
    );
    const broken = await files({ nan: true });
    const nan = { embeddings: broken.embeddings, probabilities: broken.probabilities };
    await expect(selectItems({ ...nan, budget: 5, out: wrong, backend: 'cpu' })).rejects.toThrow(/item 1/);
    await expect(selectItems({ ...nan, run: 'run', budget: 5, out: wrong })).rejects.toThrow(
      refusal('ConfigError', 'select: expected a run, or --embeddings and --probabilities, got both'),
    );
    await expect(selectItems({ budget: 5, out: wrong })).rejects.toThrow(
      refusal('ConfigError', 'select: expected a run, or --embeddings and --probabilities, got neither'),
    );
    expect(existsSync(wrong)).toBe(false);
  });
});

describe('a subset', () => {
  it.each([
    [Float64Array.of(1), /positions, integers/],
    [Int32Array.of(), /positions, integers/],
    [Int32Array.of(3, 89), /positions in 0\.\.88, the training examples of mnist/],
    [Int32Array.of(3, 3), /each position once, got 3 twice/],
  ])('of %o is refused', async (positions, message) => {
    const path = join(freshFolder(), 'positions.npy');
    await writeNpy(path, positions);
    await expect(loadRunData(tinyConfig({ ...base, subset: path }), randomStream(1))).rejects.toThrow(message);
  });

  it('of a folder without a summary is refused', async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'summary.json'), '{"pool": 3}');
    await expect(loadRunData(tinyConfig({ ...base, subset: folder }), randomStream(1))).rejects.toThrow(
      /the summary of a selection/,
    );
  });

  it('as a share is drawn by the seed', async () => {
    const labelsOf = async (subset: number, seed = 1): Promise<string> => {
      const { trainAsIs } = await loadRunData(tinyConfig({ ...base, subset }), randomStream(seed));
      const { labels } = await trainAsIs.batch(
        Int32Array.from({ length: trainAsIs.size }, (_, i) => i),
        randomStream(1),
      );
      return labels!.join();
    };
    expect(await labelsOf(0.3)).toBe(await labelsOf(0.3));
    expect(await labelsOf(0.3)).not.toBe(await labelsOf(0.3, 2));
  });

  it('equalSteps without one is refused', () => {
    const values = { equalSteps: true };
    expect(() => resolveConfig([{ source: 'file', values }])).toThrow(
      refusal(
        'ConfigError',
        'file: expected a subset with equalSteps, got none. All examples take as many steps as they take',
      ),
    );
  });
});

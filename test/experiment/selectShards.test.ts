import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Field, Float32, List, Table, tableToIPC, vectorFromArray } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { readNpy, writeNpy } from '../../src/data/node/index.js';
import { mergeShardItems, selectItems, selectShardItems } from '../../src/experiment/index.js';
import { classParts, marginUtility, nearestNeighborGraph, pairwiseObjective } from '../../src/subset/index.js';
import { useBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { freshFolder } from '../support/folders.js';
import { reportOf } from './support.js';

const [size, dimension, numClasses, shards] = [400, 5, 3, 4];
const backend = 'cpu';
const indicesIn = async (folder: string): Promise<number[]> => [
  ...((await readNpy(join(folder, 'indices.npy'))).data as Int32Array),
];

/** Points around one direction a class, the second class rarer than the first, and so on. */
function pool() {
  const random = randomStream(5);
  const embeddings = new Float32Array(size * dimension);
  const probabilities = new Float32Array(size * numClasses);
  for (let item = 0; item < size; item++) {
    const label = Math.floor(numClasses * random.uniform() ** 2);
    const odds = Array.from({ length: numClasses }, (_, y) => Math.exp(2 * random.normal() + (y === label ? 3 : 0)));
    const total = odds.reduce((sum, odd) => sum + odd, 0);
    for (let y = 0; y < numClasses; y++) probabilities[item * numClasses + y] = odds[y]! / total;
    for (let d = 0; d < dimension; d++) embeddings[item * dimension + d] = random.normal() + (d === label ? 3 : 0);
  }
  return { embeddings, probabilities };
}

async function files() {
  const folder = freshFolder();
  const { embeddings, probabilities } = pool();
  const paths = { embeddings: join(folder, 'e.npy'), probabilities: join(folder, 'p.npy') };
  await writeNpy(paths.embeddings, embeddings, [size, dimension]);
  await writeNpy(paths.probabilities, probabilities, [size, numClasses]);
  return { ...paths, out: join(folder, 'selection'), backend } as const;
}

/** Value of a selection for the objective of the whole pool. */
async function valueOf(items: readonly number[]): Promise<number> {
  await useBackend(backend);
  const { embeddings, probabilities } = pool();
  const graph = await nearestNeighborGraph({ values: embeddings, dimension }, { neighbors: 10 });
  const state = pairwiseObjective({ utility: marginUtility(probabilities, { numClasses }), graph }).start();
  items.forEach((item) => state.add(item));
  return state.value;
}

describe('a selection in shards', () => {
  const choices = { budget: 40, balance: 'class' } as const;

  it('sees every item once, keeps to the caps, and is worth nearly what one machine selects', async () => {
    const from = await files();
    const parts = [];
    for (let index = 0; index < shards; index++) {
      parts.push(await selectShardItems({ ...from, ...choices, shard: { index, of: shards } }));
    }
    expect(parts.reduce((sum, { seen }) => sum + seen, 0)).toBe(size);
    expect(parts.map(({ selected }) => selected)).toEqual([20, 20, 20, 20]); // twice the share of 40
    const summary = await mergeShardItems({ out: from.out, backend });
    expect(summary).toMatchObject({ shards, budget: 40, selected: 40, balance: 'class', pool: { size } });
    expect(summary.guarantee).toMatchObject({ factor: null, holds: false });
    const items = await indicesIn(from.out);
    expect(new Set(items).size).toBe(40);
    const { parts: classOf } = classParts(pool().probabilities, { numClasses });
    const counts = Array<number>(numClasses).fill(0);
    items.forEach((item) => (counts[classOf[item]!]! += 1));
    expect(summary.classes.selected).toEqual(counts);
    expect(Math.max(...counts)).toBeLessThanOrEqual(14); // the water level of 40 over three classes
    expect(summary.classes.pool.reduce((sum, count) => sum + count, 0)).toBe(size);

    const whole = await selectItems({ ...from, ...choices, out: `${from.out}-whole` });
    expect(whole.shards).toBeNull();
    expect(summary.boundaries.pool.reduce((a, b) => a + b)).toBe(whole.boundaries.pool.reduce((a, b) => a + b));
    const best = await valueOf(await indicesIn(whole.selection));
    expect(await valueOf(items)).toBeGreaterThan(0.9 * best);
    expect(await valueOf(items)).toBeLessThanOrEqual(best + 1e-9);
  });

  it('repeats with its seed, and each shard may be made by itself', async () => {
    const [a, b] = [await files(), await files()];
    const at = async (from: typeof a, order: number[], seed: number) => {
      for (const index of order) {
        await selectShardItems({ ...from, budget: 30, method: 'random', seed, shard: { index, of: 2 } });
      }
      await mergeShardItems({ out: from.out, backend });
      return indicesIn(from.out);
    };
    const items = await at(a, [0, 1], 3);
    expect(await at(b, [1, 0], 3)).toEqual(items);
    expect(await at(await files(), [0, 1], 4)).not.toEqual(items);
  });

  it('is from a run: only the examples of the shard go through the model', async () => {
    const { run } = await reportOf({ loss: 'ce', epochs: 1, warmupEpochs: 0, backend: 'wasm' });
    const out = join(freshFolder(), 'selection');
    const options = { run, budget: 0.25, trueClasses: true, balance: 'class', out, backend: 'wasm' } as const;
    const done: number[] = [];
    for (const index of [0, 1, 2]) {
      const { seen } = await selectShardItems({
        ...options,
        shard: { index, of: 3 },
        onSelection: ({ stage, total }) => stage === 'features' && done.push(total),
      });
      expect(done.at(-1)).toBe(seen);
    }
    const merged = await mergeShardItems({ out, backend: 'wasm' });
    const whole = await selectItems({ ...options, out: `${out}-whole` });
    expect(merged.pool).toEqual(whole.pool);
    expect(merged.selected).toBe(whole.selected);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('in 3 shards');
  });

  it('refuses a merge without all shards, or of shards that are not alike', async () => {
    const from = await files();
    const shardsOf = `${from.out}.shards`;
    await expect(mergeShardItems({ out: from.out, backend })).rejects.toThrow(
      refusal(
        'RunFolderError',
        `${shardsOf}: expected shards to merge, got none. Make them with --shard 0/n to n-1/n and the same --out`,
      ),
    );
    await selectShardItems({ ...from, ...choices, shard: { index: 1, of: 3 } });
    await expect(mergeShardItems({ out: from.out, backend })).rejects.toThrow(
      refusal(
        'RunFolderError',
        `${shardsOf}: expected all 3 shards, got none of 0, 2. Make them first: --shard 0/3, --shard 2/3`,
      ),
    );
    await expect(selectShardItems({ ...from, ...choices, shard: { index: 1, of: 3 } })).rejects.toThrow(
      refusal(
        'RunFolderError',
        `${join(shardsOf, '1-of-3')}: expected a folder that does not exist yet, got one that does. Choose another --out`,
      ),
    );
    await selectShardItems({ ...from, ...choices, shard: { index: 0, of: 3 } });
    await selectShardItems({ ...from, ...choices, budget: 50, shard: { index: 2, of: 3 } });
    await expect(mergeShardItems({ out: from.out, backend })).rejects.toThrow(/"budget":40.*"budget":50/);
    rmSync(join(shardsOf, '2-of-3'), { recursive: true });
    await selectShardItems({ ...from, ...choices, shard: { index: 0, of: 2 } });
    await expect(mergeShardItems({ out: from.out, backend })).rejects.toThrow(/shards of one cut/);
    writeFileSync(join(shardsOf, '0-of-3', 'shard.json'), '{');
    rmSync(join(shardsOf, '0-of-2'), { recursive: true });
    await selectShardItems({ ...from, ...choices, shard: { index: 2, of: 3 } });
    await expect(mergeShardItems({ out: from.out, backend })).rejects.toThrow(/0-of-3.*the summary of a shard/);
    expect(existsSync(from.out)).toBe(false);
  });
});

describe('a pool of files', () => {
  it('is counted and capped by its labels where it has some, alone and in shards', async () => {
    const from = await files();
    const labels = join(freshFolder(), 'labels.npy');
    const truth = Int32Array.from({ length: size }, (_, item) => (item < 12 ? 2 : item % 2));
    await writeNpy(labels, truth);
    const options = { ...from, labels, budget: 30, balance: 'class' } as const;
    const whole = await selectItems({ ...options, out: `${from.out}-whole` });
    for (const index of [0, 1]) await selectShardItems({ ...options, shard: { index, of: 2 } });
    const merged = await mergeShardItems({ out: from.out, backend });
    for (const { trueClasses, classes, selection } of [whole, merged]) {
      const counts = [0, 0, 0];
      for (const item of await indicesIn(selection)) counts[truth[item]!]! += 1;
      expect({ trueClasses, ...classes }).toMatchObject({ trueClasses: true, pool: [194, 194, 12], selected: counts });
      expect(Math.max(...counts)).toBeLessThanOrEqual(10);
      expect(readFileSync(join(selection, 'report.html'), 'utf8')).not.toContain('Predicted classes');
    }
  });

  it('is not merged with one that has no labels', async () => {
    const from = await files();
    const labels = join(freshFolder(), 'labels.npy');
    await writeNpy(labels, new Int32Array(size));
    await selectShardItems({ ...from, labels, budget: 30, shard: { index: 0, of: 2 } });
    await selectShardItems({ ...from, budget: 30, shard: { index: 1, of: 2 } });
    await expect(mergeShardItems({ out: from.out, backend })).rejects.toThrow(
      /"trueClasses":true.*"trueClasses":false/,
    );
  });

  it('may be one table: the same selection as from .npy, with neighbours found by an index', async () => {
    const from = await files();
    const { embeddings, probabilities } = pool();
    const lists = (values: Float32Array, width: number) =>
      vectorFromArray(
        Array.from({ length: size }, (_, row) => [...values.subarray(row * width, (row + 1) * width)]),
        new List(new Field('item', new Float32())),
      );
    const table = join(freshFolder(), 'pool.arrow');
    const columns = { embedding: lists(embeddings, dimension), probabilities: lists(probabilities, numClasses) };
    writeFileSync(table, tableToIPC(new Table(columns), 'file'));
    const [a, b, c] = [
      await selectItems({ ...from, budget: 30 }),
      await selectItems({ embeddings: table, budget: 30, out: `${from.out}-table`, backend }),
      await selectItems({ embeddings: table, budget: 30, approximate: true, out: `${from.out}-index`, backend }),
    ];
    expect(await indicesIn(b.selection)).toEqual(await indicesIn(a.selection));
    expect(await indicesIn(c.selection)).toEqual(await indicesIn(a.selection)); // of few items the index misses none
  });

  it('is refused before it is read where the choices do not fit', async () => {
    const from = await files();
    const refused = async (changes: object, message: string): Promise<void> => {
      const stages: string[] = [];
      const options = {
        ...from,
        budget: 3,
        ...changes,
        onSelection: ({ stage }: { stage: string }) => stages.push(stage),
      };
      await expect(selectItems(options)).rejects.toThrow(message);
      expect(stages).toEqual([]);
    };
    await refused(
      { budget: size + 1 },
      'selectSubset: expected a budget of at most the 400 items of the pool, got 401',
    );
    await refused({ budget: 0 }, 'select: expected budget to be an integer of at least 1, got 0');
    await refused({ caps: 3 }, "selectSubset: expected balance 'class', 'boundary' or 'both' with caps, got 'none'");
    await refused({ neighbors: 0 }, 'selectSubset: expected neighbors to be an integer of at least 1, got 0');
    const labels = join(freshFolder(), 'y.npy');
    await writeNpy(labels, Int32Array.of(1, 2));
    await refused({ labels }, `${labels}: expected 400 labels, one for each row of ${from.embeddings}, got 2`);
    await refused(
      { trueClasses: true },
      'select: expected --labels with --true-classes, since files have no data set, got none',
    );
    expect(existsSync(from.out)).toBe(false);
  });
});

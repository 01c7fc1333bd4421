import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DataFormatError, RunFolderError } from '../../core/index.js';
import { writeFolderAside } from '../../core/node/index.js';
import { openMatrix, readNpyLabels, writeNpy } from '../../data/node/index.js';
import { shardItems, type EmbeddingArray, type Guarantee, type PoolSelection } from '../../subset/index.js';
import type { Shard } from '../shard.js';
import type { PoolRecord } from '../subsetFile.js';
import { budgetFor, chosen, selectFrom, streamOf, type SelectionChoices, type SelectionContext } from './choices.js';
import { seenPool, type PoolOrigin } from './seenPool.js';
import { refuseExisting, writeSelection, type SelectItemsOptions } from './selectItems.js';
import { countsOf, mergedCounts, summaryOf, type PoolCounts, type SelectionSummary } from './summary.js';

/** What {@link selectShardItems} found; `shard.json` holds it. */
export interface ShardSummary extends PoolCounts {
  /** Folder of the shard's selection. */
  readonly folder: string;
  /** Which shard. */
  readonly shard: Shard;
  /** The whole pool. */
  readonly pool: PoolRecord;
  /** The run, or the files. */
  readonly from: PoolOrigin;
  /** How it was selected; the budget is that of the whole pool, in items. */
  readonly choices: SelectionChoices;
  /** Names of the classes. */
  readonly classNames: readonly string[];
  /** Items that the shard saw. */
  readonly seen: number;
  /** Items that it hands to the merge. */
  readonly selected: number;
  /** Seconds that features and selection took. */
  readonly seconds: SelectionSummary['seconds'];
}

const files = {
  summary: 'shard.json',
  indices: 'indices.npy',
  embeddings: 'embeddings.npy',
  probabilities: 'probabilities.npy',
  labels: 'labels.npy',
} as const;

/** A shard selects this many times its share of the budget, so that the merge has a choice. */
const SPARE = 2;

/**
 * First round of a selection over many machines: selects from one shard of the pool, to which items are sent at random, twice the shard's
 * share of the budget. Only the shard's items are run through the model or kept in memory.
 *
 * @throws RunFolderError If the shard is there already.
 */
export async function selectShardItems(options: SelectItemsOptions & { readonly shard: Shard }): Promise<ShardSummary> {
  const { shard } = options;
  const folder = shardFolder(resolve(options.out), shard);
  refuseExisting(resolve(options.out));
  refuseExisting(folder);
  const began = performance.now();
  let budget = 0;
  const pool = await seenPool(options, (size) => {
    budget = budgetFor(options, size);
    return shardItems(size, { index: shard.index, count: shard.of, random: streamOf(options) });
  });
  const positions = pool.positions!;
  if (positions.length === 0) {
    throw new RunFolderError(folder, 'a shard with items', `none of ${pool.record.size}`, 'Take fewer shards');
  }
  const seen = performance.now();
  const share = Math.min(positions.length, Math.ceil((SPARE * budget) / shard.of));
  const random = streamOf(options).child(`shard ${shard.index}`);
  const { items } = await selectFrom(pool, { ...options, budget: share }, options, random);
  const summary: ShardSummary = {
    folder,
    shard,
    pool: pool.record,
    from: pool.from,
    choices: chosen({ ...options, budget }),
    classNames: pool.classNames,
    seen: positions.length,
    selected: items.length,
    ...countsOf(pool, items),
    seconds: { features: (seen - began) / 1000, selection: (performance.now() - seen) / 1000 },
  };
  const embeddings = pool.embeddings as EmbeddingArray; // a shard's are in memory
  const probabilities = { values: pool.probabilities, dimension: pool.numClasses };
  await writeFolderAside(folder, async (aside) => {
    await writeNpy(join(aside, files.indices), at(positions, items));
    for (const [name, table] of Object.entries({ embeddings, probabilities })) {
      await writeNpy(join(aside, `${name}.npy`), rowsOf(table, items), [items.length, table.dimension]);
    }
    if (pool.labels) await writeNpy(join(aside, files.labels), at(pool.labels, items));
    await writeFile(join(aside, files.summary), `${JSON.stringify(summary, null, 2)}\n`);
  });
  return summary;
}

function at(numbers: Int32Array, items: Int32Array): Int32Array {
  return items.map((item) => numbers[item]!);
}

function rowsOf({ values, dimension }: EmbeddingArray, items: Int32Array): Float32Array {
  const rows = new Float32Array(items.length * dimension);
  items.forEach((item, row) => rows.set(values.subarray(item * dimension, (item + 1) * dimension), row * dimension));
  return rows;
}

function shardFolder(out: string, { index, of }: Shard): string {
  return join(`${out}.shards`, `${index}-of-${of}`);
}

/**
 * Last round: the same selection from what the shards selected, with their choices.
 *
 * @throws RunFolderError If there is no shard, one is missing, or the folder exists.
 * @throws DataFormatError If a shard is damaged, or of another pool or other choices than the first.
 */
export async function mergeShardItems(
  options: SelectionContext & {
    /** Folder to make; its shards lie beside it. */
    readonly out: string;
  },
): Promise<SelectionSummary> {
  const selection = resolve(options.out);
  refuseExisting(selection);
  const shards = readShards(selection);
  const [{ choices, pool, from, classNames }] = shards;
  const began = performance.now();
  const union = await unionOf(shards);
  const reachable = Math.min(choices.budget, union.positions.length);
  const selected = await selectFrom(union, { ...choices, budget: reachable }, options);
  const summary = summaryOf(ofWhole(selected, choices.budget, shards.length), choices, {
    selection,
    pool,
    from,
    shards: shards.length,
    ...mergedCounts(shards, countsOf({ ...union, classNames }, selected.items)),
    seconds: {
      features: shards.reduce((sum, { seconds }) => sum + seconds.features, 0),
      selection: shards.reduce((sum, { seconds }) => sum + seconds.selection, (performance.now() - began) / 1000),
    },
  });
  await writeSelection(summary, { items: at(union.positions, selected.items), gains: selected.gains });
  return summary;
}

/** What the last round came to, as a selection from the whole pool. */
function ofWhole(last: PoolSelection, budget: number, shards: number): PoolSelection {
  const isShort = last.budget < budget;
  const because = isShort ? `the shards selected ${last.budget} items in all` : last.feasibility.because;
  return { ...last, budget, feasibility: { ...last.feasibility, budget, because }, guarantee: notProven(shards) };
}

function notProven(shards: number): Guarantee {
  const because = `${shards} shards selected twice their share each, from neighbours within the shard, and the merge from what they selected`;
  return { factor: null, holds: false, because };
}

/** All shards beside a selection, in order; at least one. */
function readShards(selection: string): readonly [ShardSummary, ...ShardSummary[]] {
  const root = `${selection}.shards`;
  const names = existsSync(root) ? readdirSync(root).filter((name) => /^\d+-of-\d+$/.test(name)) : [];
  const counts = new Set(names.map((name) => Number(name.split('-of-')[1])));
  const [of] = counts;
  if (of === undefined) {
    throw new RunFolderError(root, 'shards to merge', 'none', 'Make them with --shard 0/n to n-1/n and the same --out');
  }
  if (counts.size > 1) {
    throw new RunFolderError(
      root,
      'shards of one cut',
      [...counts].map((count) => `of ${count}`).join(' and '),
      'Delete those of the other',
    );
  }
  const missing = Array.from({ length: of }, (_, index) => index).filter(
    (index) => !names.includes(`${index}-of-${of}`),
  );
  if (missing.length > 0) {
    const hint = `Make them first: ${missing.map((index) => `--shard ${index}/${of}`).join(', ')}`;
    throw new RunFolderError(root, `all ${of} shards`, `none of ${missing.join(', ')}`, hint);
  }
  const shards = Array.from({ length: of }, (_, index) => readShard(shardFolder(selection, { index, of })));
  for (const shard of shards) checkAlike(shards[0]!, shard);
  return shards as [ShardSummary, ...ShardSummary[]];
}

function readShard(folder: string): ShardSummary {
  const path = join(folder, files.summary);
  try {
    const shard = JSON.parse(readFileSync(path, 'utf8')) as ShardSummary;
    return { ...shard, folder };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new DataFormatError(path, 'the summary of a shard', code ?? message, undefined, { cause: error });
  }
}

function checkAlike(first: ShardSummary, shard: ShardSummary): void {
  const said = ({ pool, from, choices, trueClasses }: ShardSummary): string =>
    JSON.stringify({ pool, from: namesIn(from), choices, trueClasses });
  if (said(first) === said(shard)) return;
  const hint = 'Shards of one selection have the same pool and options: delete those that are not, and make them again';
  throw new DataFormatError(join(shard.folder, files.summary), said(first), said(shard), hint);
}

/** Names without folders: those may differ from machine to machine. */
function namesIn(from: PoolOrigin): Record<string, string> {
  return Object.fromEntries(Object.entries(from).map(([kind, path]) => [kind, basename(path)]));
}

/** What all shards selected, as one pool. */
async function unionOf(shards: readonly ShardSummary[]) {
  const parts = await Promise.all(
    shards
      .filter(({ selected }) => selected > 0)
      .map(async ({ folder, selected }) => {
        const hasLabels = existsSync(join(folder, files.labels));
        const embeddings = await openMatrix(join(folder, files.embeddings));
        const probabilities = await openMatrix(join(folder, files.probabilities));
        return {
          positions: await readNpyLabels(join(folder, files.indices)),
          embeddings: await embeddings.rows(0, selected),
          dimension: embeddings.dimension,
          probabilities: await probabilities.rows(0, selected),
          numClasses: probabilities.dimension,
          ...(hasLabels && { labels: await readNpyLabels(join(folder, files.labels)) }),
        };
      }),
  );
  const [first] = parts;
  if (first === undefined) throw new RunFolderError(dirname(shards[0]!.folder), 'shards that selected items', 'none');
  const { dimension, numClasses, labels } = first;
  return {
    positions: joined(
      parts.map(({ positions }) => positions),
      (length) => new Int32Array(length),
    ),
    embeddings: {
      values: joined(
        parts.map((part) => part.embeddings),
        (length) => new Float32Array(length),
      ),
      dimension,
    },
    probabilities: joined(
      parts.map((part) => part.probabilities),
      (length) => new Float32Array(length),
    ),
    numClasses,
    ...(labels && {
      labels: joined(
        parts.map((part) => part.labels!),
        (length) => new Int32Array(length),
      ),
    }),
  };
}

function joined<T extends Float32Array | Int32Array>(parts: readonly T[], make: (length: number) => T): T {
  const all = make(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    all.set(part, filled);
    filled += part.length;
  }
  return all;
}

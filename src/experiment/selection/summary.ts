import {
  bestClasses,
  boundaryParts,
  classParts,
  type Feasibility,
  type Guarantee,
  type ItemParts,
  type PartSource,
  type PoolSelection,
} from '../../subset/index.js';
import type { PoolRecord } from '../subsetFile.js';
import type { SelectionChoices } from './choices.js';
import type { PoolOrigin } from './seenPool.js';

/** How often parts occur in the pool and in the selection. */
export interface PartCounts {
  /** Names of the parts. */
  readonly names: readonly string[];
  /** Items of the pool in each. */
  readonly pool: readonly number[];
  /** Items of the selection in each. */
  readonly selected: readonly number[];
}

/** Classes and decision boundaries of a pool and of a selection. */
export interface PoolCounts {
  /** Whether classes are the true ones, and boundaries lie between those and the likeliest others; else as predicted. */
  readonly trueClasses: boolean;
  /** By class. */
  readonly classes: PartCounts;
  /** Decision boundaries, those that occur. */
  readonly boundaries: PartCounts;
}

/** What a selection came to; `summary.json` holds it. */
export interface SelectionSummary extends PoolCounts {
  /** Folder of the selection. */
  readonly selection: string;
  /** What was selected from. */
  readonly pool: PoolRecord;
  /** The run, or the files. */
  readonly from: PoolOrigin;
  /** Number of shards that it was merged from; `null` where the pool was seen whole. */
  readonly shards: number | null;
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
  /** Value of the objective, or of the baseline; of a merged one, among what the shards selected. */
  readonly value: number;
  /** What is proven of it. */
  readonly guarantee: Guarantee;
  /** Whether the budget could be met. */
  readonly feasibility: Feasibility;
  /** Seconds that features and selection took. */
  readonly seconds: { readonly features: number; readonly selection: number };
}

/** What a summary says beside the selection itself. */
export type SummaryContext = PoolCounts & Pick<SelectionSummary, 'selection' | 'pool' | 'from' | 'shards' | 'seconds'>;

/** The summary of a selection. */
export function summaryOf(
  { items, stopped, value, guarantee, feasibility, budget }: PoolSelection,
  { method = 'submodular', balance = 'none' }: SelectionChoices,
  { selection, pool, from, shards, seconds, trueClasses, classes, boundaries }: SummaryContext,
): SelectionSummary {
  return {
    selection,
    pool,
    from,
    shards,
    method,
    balance,
    budget,
    selected: items.length,
    stopped,
    value,
    guarantee,
    feasibility,
    trueClasses,
    classes,
    boundaries,
    seconds,
  };
}

/** Counts of a pool and of the items selected from it. */
export function countsOf(pool: PartSource, items: Int32Array): PoolCounts {
  const { numClasses, classNames, labels } = pool;
  const options = { numClasses, ...(classNames && { classNames }) };
  const best = bestClasses(pool);
  const count = ({ names, counts, parts }: ItemParts): PartCounts => {
    const selected = Array<number>(names.length).fill(0);
    items.forEach((item) => (selected[parts[item]!]! += 1));
    return { names, pool: [...counts], selected };
  };
  return {
    trueClasses: labels !== undefined,
    classes: count(classParts(best, options)),
    boundaries: count(boundaryParts(best, options)),
  };
}

/** Counts of the whole pool from those of its shards, and of what was selected in the end. */
export function mergedCounts(shards: readonly PoolCounts[], last: PoolCounts): PoolCounts {
  const merge = (of: 'classes' | 'boundaries'): PartCounts => {
    const names = [...new Set(shards.flatMap((shard) => shard[of].names))];
    const place = new Map(names.map((name, i) => [name, i]));
    const pool = Array<number>(names.length).fill(0);
    const selected = Array<number>(names.length).fill(0);
    for (const { [of]: part } of shards) part.names.forEach((name, i) => (pool[place.get(name)!]! += part.pool[i]!));
    last[of].names.forEach((name, i) => (selected[place.get(name)!]! += last[of].selected[i]!));
    return { names, pool, selected };
  };
  return { trueClasses: last.trueClasses, classes: merge('classes'), boundaries: merge('boundaries') };
}

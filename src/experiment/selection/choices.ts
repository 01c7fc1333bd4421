import { chooseBackend } from '../../backend/node/index.js';
import { checkNumber, randomStream, type RandomStream } from '../../core/index.js';
import {
  checkSelection,
  selectSubset,
  type PoolSelection,
  type SelectionPool,
  type SelectSubsetOptions,
  type SelectSubsetProgress,
} from '../../subset/index.js';
import { approximateNeighborGraph } from '../../subset/node/index.js';
import type { OpenRunOptions } from '../openRun.js';

const names = [
  'method',
  'balance',
  'ordered',
  'caps',
  'boundaryCaps',
  'neighbors',
  'alpha',
  'beta',
  'lambda',
  'radiusWeight',
  'distances',
] as const;

/** How to select; a shard's are kept with it, so that the merge makes the same. */
export interface SelectionChoices extends Pick<SelectSubsetOptions, 'budget' | (typeof names)[number]> {
  /** Whether neighbours are found by an index that misses a few, for pools beyond an exact search. Default false. */
  readonly approximate?: boolean;
  /** Seed of random draws. Default 1. */
  readonly seed?: number;
}

/** Told how far a selection is. */
export type OnSelection = (progress: SelectSubsetProgress | { stage: 'features'; done: number; total: number }) => void;

/** What every part of a selection is told beside its choices. */
export interface SelectionContext extends Pick<OpenRunOptions, 'backend' | 'precision' | 'signal'> {
  /** Told how far the selection is. */
  readonly onSelection?: OnSelection;
}

/** Only what was chosen, for the record of a shard. */
export function chosen(choices: SelectionChoices): SelectionChoices {
  const given = ([...names, 'approximate', 'seed'] as const).filter((name) => choices[name] !== undefined);
  return { budget: choices.budget, ...Object.fromEntries(given.map((name) => [name, choices[name]])) };
}

/** The stream that a selection's draws come from. */
export function streamOf({ seed = 1 }: SelectionChoices): RandomStream {
  return randomStream(seed).child('selection');
}

/** The budget as a number of items; refuses choices that no pool of this size allows, before features are made. */
export function budgetFor(choices: SelectionChoices, size: number): number {
  const { budget } = checkSelection({ ...libraryOptions(choices), random: streamOf(choices) }, size);
  return checkNumber('select', 'budget', budget, { min: 1, integer: true });
}

/** Selects from a pool that was seen. */
export async function selectFrom(
  pool: SelectionPool,
  choices: SelectionChoices,
  { backend = 'auto', precision = 'float32', signal, onSelection }: SelectionContext,
  random = streamOf(choices),
): Promise<PoolSelection> {
  await chooseBackend(backend, { precision });
  return selectSubset(pool, {
    ...libraryOptions(choices),
    random,
    ...(choices.approximate && { graph: approximateNeighborGraph }),
    ...(onSelection && { onProgress: onSelection }),
    ...(signal && { signal }),
  });
}

function libraryOptions(choices: SelectionChoices): SelectSubsetOptions {
  const given = names.filter((name) => choices[name] !== undefined).map((name) => [name, choices[name]]);
  return { budget: choices.budget, ...Object.fromEntries(given) };
}

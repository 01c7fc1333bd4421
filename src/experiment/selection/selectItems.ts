import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RunFolderError } from '../../core/index.js';
import { writeFolderAside } from '../../core/node/index.js';
import { writeNpy } from '../../data/node/index.js';
import { selectionPage } from '../report/selectionPage.js';
import { selectionFiles } from '../subsetFile.js';
import { budgetFor, selectFrom, type SelectionChoices } from './choices.js';
import { seenPool, type PoolOptions } from './seenPool.js';
import { countsOf, summaryOf, type SelectionSummary } from './summary.js';

/** What {@link selectItems} selects from, and how. */
export interface SelectItemsOptions extends PoolOptions, SelectionChoices {
  /** Folder to make. */
  readonly out: string;
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
  const selection = resolve(options.out);
  refuseExisting(selection);
  const began = performance.now();
  const pool = await seenPool(options, (size) => {
    budgetFor(options, size);
    return null;
  });
  const seen = performance.now();
  const selected = await selectFrom(pool, options, options);
  const summary = summaryOf(selected, options, {
    selection,
    pool: pool.record,
    from: pool.from,
    shards: null,
    ...countsOf(pool, selected.items),
    seconds: { features: (seen - began) / 1000, selection: (performance.now() - seen) / 1000 },
  });
  await writeSelection(summary, selected);
  return summary;
}

/** Refuses a folder that is there already. */
export function refuseExisting(folder: string): void {
  if (!existsSync(folder)) return;
  throw new RunFolderError(folder, 'a folder that does not exist yet', 'one that does', 'Choose another --out');
}

/** Writes the folder of a selection. */
export async function writeSelection(
  summary: SelectionSummary,
  { items, gains }: { readonly items: Int32Array; readonly gains: Float64Array },
): Promise<void> {
  await writeFolderAside(summary.selection, async (aside) => {
    await writeNpy(join(aside, selectionFiles.indices), items);
    await writeNpy(join(aside, selectionFiles.gains), gains);
    await writeFile(join(aside, selectionFiles.summary), `${JSON.stringify(summary, null, 2)}\n`);
    await writeFile(join(aside, selectionFiles.page), await selectionPage(summary, gains));
  });
}

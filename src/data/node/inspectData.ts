import { groupClasses, type ClassGroups } from '../../metrics/index.js';
import { classIdsOf, classNamesOf, type RefuseRow } from '../classIds.js';
import { findDuplicates, type DigestedExamples, type DuplicateReport } from '../duplicates.js';
import { dataKind, type DataKind } from './dataKind.js';
import type { OpenDatasetOptions } from './openDataset.js';
import type { RawExamples } from './rawExamples.js';
import { readParts } from './readExamples.js';
import { scanExamples, type ScannedExample } from './scan.js';

/** Options of {@link inspectData}. */
export interface InspectOptions extends Omit<OpenDatasetOptions, 'imageSize'> {
  /** Told how many examples of how many were looked at. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A file or row that training would refuse. */
export interface Unusable {
  /** The file, folder or row. */
  readonly where: string;
  /** What is wrong with it. */
  readonly reason: string;
}

/** How many examples have a size. */
export interface SizeCount {
  /** `28 x 28 x 1` of images, `512 features` of vectors. */
  readonly size: string;
  /** Such examples. */
  readonly count: number;
}

/** Head, torso and tail classes, and how they were told apart. */
export interface SuggestedGroups extends ClassGroups {
  /** The usual thresholds, or thirds by rank where these would leave a group empty. */
  readonly scheme: 'thresholds' | 'thirds';
}

/** What {@link inspectData} found in the training or the test examples. */
export interface InspectedPart {
  /** The file or folder. */
  readonly path: string;
  /** Examples that can be used. */
  readonly size: number;
  /** Such examples of each class. */
  readonly classCounts: readonly number[];
  /** Sizes of images or vectors with the number of examples of each, most frequent first. */
  readonly sizes: readonly SizeCount[];
}

/** What {@link inspectData} returns. */
export interface DataInspection {
  /** The file or folder. */
  readonly path: string;
  /** What it is. */
  readonly kind: DataKind;
  /** Names of the classes, in label order. */
  readonly classNames: readonly string[];
  /** Training examples. */
  readonly train: InspectedPart;
  /** Test examples; `null` where there are none apart. */
  readonly test: InspectedPart | null;
  /** Largest over smallest number of training examples of a class; `null` where a class has none. */
  readonly imbalance: number | null;
  /** Groups that scores can be reported by. */
  readonly groups: SuggestedGroups;
  /** Examples of equal pixels or numbers. */
  readonly duplicates: DuplicateReport;
  /** Files, folders and rows that training would refuse. */
  readonly unusable: readonly Unusable[];
}

/**
 * Looks at your own data before they are trained on: every file is decoded and every row read once.
 *
 * @param path A folder or file as for {@link openDataset}.
 * @param options Labels, columns and test data as there.
 * @returns Class counts, imbalance, sizes, duplicates within and across the splits, and what cannot be used.
 * @throws InvalidArgumentError If there is nothing at the path, or `.npy` features have no labels.
 * @throws DataFormatError If there is no example of two classes, or a whole file is not valid.
 * @example
 * ```ts
 * import { mkdtempSync, writeFileSync } from 'node:fs';
 * import { join } from 'node:path';
 * import { tmpdir } from 'node:os';
 * import { inspectData } from 'tfjs-longtail/data/node';
 * const path = join(mkdtempSync(join(tmpdir(), 'own-')), 'points.csv');
 * writeFileSync(path, 'x,y,label\n1,2,a\n1,2,b\n3,nan,a\n5,6,a\n');
 * const { train, duplicates, unusable } = await inspectData(path);
 * console.log(train.classCounts.join(' '), duplicates.conflicts.count, unusable.length); // 2 1 1 1
 * ```
 */
export async function inspectData(path: string, options: InspectOptions = {}): Promise<DataInspection> {
  const { onProgress = () => undefined, signal, ...reading } = options;
  const unusable: Unusable[] = [];
  const refuse: RefuseRow = (where, expected, got) =>
    void unusable.push({ where, reason: `expected ${expected}, got ${String(got)}` });
  const raw = await readParts(path, { ...reading, refuse, signal });
  const classNames = classNamesOf(raw.train);
  const total = raw.train.labels.length + (raw.test?.labels.length ?? 0);
  let done = 0;
  const inspect = async (part: RawExamples): Promise<Inspected> => {
    const onScanned = (count: number): void => onProgress((done += count), total);
    const ids = classIdsOf(part, classNames, refuse);
    return inspected(part, ids, await scanExamples(part, { refuse, onScanned, signal }), classNames.length);
  };
  const train = await inspect(raw.train);
  const test = raw.test && (await inspect(raw.test));
  const counts = train.part.classCounts;
  return {
    path,
    kind: dataKind(path),
    classNames,
    train: train.part,
    test: test && test.part,
    imbalance: Math.min(...counts) === 0 ? null : Math.max(...counts) / Math.min(...counts),
    groups: suggestedGroups(counts),
    duplicates: findDuplicates(train.digested, test && test.digested),
    unusable: unusable.sort((a, b) => (a.where < b.where ? -1 : 1)),
  };
}

interface Inspected {
  readonly part: InspectedPart;
  readonly digested: DigestedExamples;
}

function inspected(
  raw: RawExamples,
  ids: Int32Array,
  scanned: readonly (ScannedExample | null)[],
  numClasses: number,
): Inspected {
  const classCounts = Array<number>(numClasses).fill(0);
  const sizes = new Map<string, number>();
  const digests = scanned.map((example, index) => {
    if (example === null || ids[index]! < 0) return null;
    classCounts[ids[index]!]! += 1;
    sizes.set(example.form, (sizes.get(example.form) ?? 0) + 1);
    return example.digest;
  });
  return {
    part: {
      path: raw.path,
      size: classCounts.reduce((sum, count) => sum + count, 0),
      classCounts,
      sizes: [...sizes].map(([size, count]) => ({ size, count })).sort((a, b) => b.count - a.count),
    },
    digested: { digests, labels: raw.labels, at: (index) => raw.at(index) },
  };
}

function suggestedGroups(counts: readonly number[]): SuggestedGroups {
  const groups = groupClasses(counts, 'thresholds');
  const isFull = Object.values(groups).every(({ length }) => length > 0);
  return isFull ? { scheme: 'thresholds', ...groups } : { scheme: 'thirds', ...groupClasses(counts, 'thirds') };
}

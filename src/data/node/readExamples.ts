import { readCsv } from './csv.js';
import { dataKind } from './dataKind.js';
import { folderParts, readImageFolder } from './imageFolder.js';
import { readImageList } from './imageList.js';
import { readNpyExamples } from './npyExamples.js';
import { readParquet } from './parquet.js';
import type { RawExamples, ReadOptions } from './rawExamples.js';

/** Where the test data of {@link readParts} lie, where they are no part of the training data's folder. */
export interface TestOptions {
  /** Test data, of any kind. */
  readonly test?: string | undefined;
  /** Their labels, where they are a `.npy` file. */
  readonly testLabels?: string | undefined;
}

/** The training examples at `path` and the test examples: those that the options name, else those of its folder. */
export async function readParts(
  path: string,
  options: ReadOptions & TestOptions,
): Promise<{ train: RawExamples; test: RawExamples | null }> {
  const parts = dataKind(path) === 'folder' ? await folderParts(path) : { train: path, test: null };
  const test = options.test ?? parts.test;
  const train = await readExamples(parts.train, options);
  if (test === null) return { train, test };
  return { train, test: await readExamples(test, { ...options, labels: options.testLabels }) };
}

/** The examples of one file, or of one folder of class folders. */
async function readExamples(path: string, options: ReadOptions): Promise<RawExamples> {
  switch (dataKind(path)) {
    case 'folder':
      return readImageFolder(path, options);
    case 'list':
      return readImageList(path, options);
    case 'csv':
      return readCsv(path, options);
    case 'parquet':
      return readParquet(path, options);
    case 'npy':
      return readNpyExamples(path, options);
  }
}

import { checkNumber, InvalidArgumentError } from '../core/index.js';
import { repeatedIn } from './repeated.js';

/** Sparse feature vectors, one row an example: entries `offsets[i]` to `offsets[i + 1]` are those of example `i`. */
export interface SparseRows {
  /** Where the entries of each example begin, and the end of the last, `[N + 1]`, ascending from 0. */
  readonly offsets: Int32Array;
  /** Feature of each entry, in `0..numFeatures-1`, none twice in a row. */
  readonly columns: Int32Array;
  /** Value of each entry, finite. */
  readonly values: Float32Array;
}

/** The labels of examples that may carry any number of them: `ids` from `offsets[i]` to `offsets[i + 1]` are those of `i`. */
export interface LabelRows {
  /** Where the labels of each example begin, and the end of the last, `[N + 1]`, ascending from 0. */
  readonly offsets: Int32Array;
  /** Class ids, in `0..numClasses-1`, none twice in a row. */
  readonly ids: Int32Array;
}

/** Examples with sparse features and any number of labels each, none included; whoever shares one does not write to it. */
export interface MultiLabelDataset {
  /** Name for reports, such as `delicious/train`. */
  readonly name: string;
  /** Number of examples, N. */
  readonly size: number;
  /** Number of features, D. */
  readonly numFeatures: number;
  /** Number of classes, C. */
  readonly numClasses: number;
  /** Name of each class, in label order. */
  readonly classNames: readonly string[];
  /** Features of the examples. */
  readonly features: SparseRows;
  /** Labels of the examples. */
  readonly labels: LabelRows;
}

/**
 * A multi-label data set from its arrays, checked once.
 *
 * @param fields Name, number of features, class names and rows; the arrays are kept, not copied.
 * @returns The data set.
 * @throws InvalidArgumentError If offsets do not ascend from 0 to the number of entries, features and labels have different
 *   numbers of rows, an index is out of range or twice in its row, or a value is not finite.
 * @example
 * ```ts
 * import { multiLabelDataset } from 'tfjs-longtail/data';
 * const dataset = multiLabelDataset({
 *   name: 'toy',
 *   numFeatures: 4,
 *   classNames: ['a', 'b', 'c'],
 *   features: { offsets: Int32Array.of(0, 2, 3), columns: Int32Array.of(0, 3, 1), values: Float32Array.of(1, 2, 5) },
 *   labels: { offsets: Int32Array.of(0, 2, 2), ids: Int32Array.of(2, 0) },
 * });
 * console.log(dataset.size, dataset.numClasses); // 2 3
 * ```
 */
export function multiLabelDataset(fields: Omit<MultiLabelDataset, 'size' | 'numClasses'>): MultiLabelDataset {
  const where = 'multiLabelDataset';
  const { features, labels, numFeatures, classNames } = fields;
  checkNumber(where, 'numFeatures', numFeatures, { min: 1, integer: true });
  const numClasses = checkNumber(where, 'classNames.length', classNames.length, { min: 1, integer: true });
  checkRows('features', features.offsets, 'columns', features.columns, numFeatures);
  checkRows('labels', labels.offsets, 'ids', labels.ids, numClasses);
  if (labels.offsets.length !== features.offsets.length) {
    const expected = `labels of ${features.offsets.length - 1} examples, as many as features`;
    throw new InvalidArgumentError(where, expected, labels.offsets.length - 1);
  }
  checkValues(features);
  return { ...fields, numClasses, size: labels.offsets.length - 1 };
}

function checkRows(rows: string, offsets: Int32Array, entries: string, indices: Int32Array, bound: number): void {
  const where = 'multiLabelDataset';
  const ascend = offsets.every((offset, i) => offset >= (i === 0 ? 0 : offsets[i - 1]!));
  if (offsets[0] !== 0 || !ascend || offsets.at(-1) !== indices.length) {
    const expected = `${rows}.offsets that ascend from 0 to ${indices.length}, the number of ${entries}`;
    throw new InvalidArgumentError(where, expected, `[${offsets.subarray(0, 10).join(', ')}]`);
  }
  const wrong = indices.findIndex((index) => index < 0 || index >= bound);
  if (wrong >= 0) {
    checkNumber(where, `${rows}.${entries}[${wrong}]`, indices[wrong], { min: 0, max: bound - 1, integer: true });
  }
  for (let row = 0; row + 1 < offsets.length; row++) {
    const twice = repeatedIn(indices.subarray(offsets[row], offsets[row + 1]));
    if (twice === undefined) continue;
    throw new InvalidArgumentError(where, `distinct ${entries} in row ${row} of ${rows}`, `${twice} twice`);
  }
}

function checkValues({ columns, values }: SparseRows): void {
  if (values.length !== columns.length) {
    const expected = `features.values of length ${columns.length}, one for each column`;
    throw new InvalidArgumentError('multiLabelDataset', expected, values.length);
  }
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) checkNumber('multiLabelDataset', `features.values[${wrong}]`, values[wrong]);
}

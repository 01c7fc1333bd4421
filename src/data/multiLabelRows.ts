import { InvalidArgumentError } from '../core/index.js';
import type { MultiLabelDataset } from './multiLabelDataset.js';

/**
 * Features of some examples as dense rows, the input of a network.
 *
 * @param dataset Where to take from.
 * @param indices Positions `[B]` in `0..size-1`; may repeat.
 * @returns Features `[B, D]`, row-major; B D numbers, so for very many features keep the batch small.
 * @throws InvalidArgumentError If an index is not an integer in `0..size-1`.
 * @example
 * ```ts
 * import { denseFeatures, multiLabelDataset } from 'tfjs-longtail/data';
 * const dataset = multiLabelDataset({
 *   name: 'toy', numFeatures: 4, classNames: ['a', 'b'],
 *   features: { offsets: Int32Array.of(0, 2, 3), columns: Int32Array.of(0, 3, 1), values: Float32Array.of(1, 2, 5) },
 *   labels: { offsets: Int32Array.of(0, 1, 1), ids: Int32Array.of(1) },
 * });
 * console.log(denseFeatures(dataset, [1, 0]).join(' ')); // 0 5 0 0 1 0 0 2
 * ```
 */
export function denseFeatures(dataset: MultiLabelDataset, indices: ArrayLike<number>): Float32Array {
  checkIndices('denseFeatures', dataset, indices);
  const { numFeatures, features } = dataset;
  const dense = new Float32Array(indices.length * numFeatures);
  for (let row = 0; row < indices.length; row++) {
    const end = features.offsets[indices[row]! + 1]!;
    for (let entry = features.offsets[indices[row]!]!; entry < end; entry++) {
      dense[row * numFeatures + features.columns[entry]!] = features.values[entry]!;
    }
  }
  return dense;
}

/**
 * Labels of some examples: what `multiHot`, `positivePairs` and `rankingMetrics` take.
 *
 * @param dataset Where to take from.
 * @param indices Positions `[B]` in `0..size-1`; may repeat.
 * @returns For each index the class ids of that example, in the order in which it has them: views, not to be written to.
 * @throws InvalidArgumentError If an index is not an integer in `0..size-1`.
 * @example
 * ```ts
 * import { labelLists, multiLabelDataset } from 'tfjs-longtail/data';
 * const dataset = multiLabelDataset({
 *   name: 'toy', numFeatures: 1, classNames: ['a', 'b', 'c'],
 *   features: { offsets: Int32Array.of(0, 0, 0), columns: Int32Array.of(), values: Float32Array.of() },
 *   labels: { offsets: Int32Array.of(0, 0, 2), ids: Int32Array.of(2, 0) },
 * });
 * console.log(labelLists(dataset, [1, 0]).map((ids) => ids.join(' '))); // [ '2 0', '' ]
 * ```
 */
export function labelLists(dataset: MultiLabelDataset, indices: ArrayLike<number>): Int32Array[] {
  checkIndices('labelLists', dataset, indices);
  const { offsets, ids } = dataset.labels;
  return Array.from(indices, (index) => ids.subarray(offsets[index], offsets[index + 1]));
}

/**
 * The number of examples that carry each class; their sum is the number of labels, not of examples.
 *
 * @param dataset Examples with any number of labels each.
 * @returns Counts `[C]`; 0 for a class that no example carries.
 * @example
 * ```ts
 * import { labelCountsOf, multiLabelDataset } from 'tfjs-longtail/data';
 * const dataset = multiLabelDataset({
 *   name: 'toy', numFeatures: 1, classNames: ['a', 'b', 'c'],
 *   features: { offsets: Int32Array.of(0, 0, 0), columns: Int32Array.of(), values: Float32Array.of() },
 *   labels: { offsets: Int32Array.of(0, 1, 3), ids: Int32Array.of(2, 2, 0) },
 * });
 * console.log(labelCountsOf(dataset).join(' ')); // 1 0 2
 * ```
 */
export function labelCountsOf({ labels, numClasses }: MultiLabelDataset): Int32Array {
  const counts = new Int32Array(numClasses);
  for (const id of labels.ids) counts[id]! += 1;
  return counts;
}

/**
 * The examples of a multi-label data set at `indices`, in that order, as a data set of their own.
 *
 * @param dataset Where to take from; not changed.
 * @param indices Positions in `0..size-1`; may repeat.
 * @returns A data set with copies of the chosen rows and the same classes.
 * @throws InvalidArgumentError If an index is not an integer in `0..size-1`.
 * @example
 * ```ts
 * import { multiLabelDataset, takeMultiLabel } from 'tfjs-longtail/data';
 * const dataset = multiLabelDataset({
 *   name: 'toy', numFeatures: 4, classNames: ['a', 'b'],
 *   features: { offsets: Int32Array.of(0, 2, 3), columns: Int32Array.of(0, 3, 1), values: Float32Array.of(1, 2, 5) },
 *   labels: { offsets: Int32Array.of(0, 1, 3), ids: Int32Array.of(1, 0, 1) },
 * });
 * console.log(takeMultiLabel(dataset, [1]).labels.ids.join(' ')); // 0 1
 * ```
 */
export function takeMultiLabel(dataset: MultiLabelDataset, indices: ArrayLike<number>): MultiLabelDataset {
  checkIndices('takeMultiLabel', dataset, indices);
  const { features, labels } = dataset;
  return {
    ...dataset,
    size: indices.length,
    features: {
      offsets: takenOffsets(features.offsets, indices),
      columns: takenEntries(features.columns, features.offsets, indices),
      values: takenEntries(features.values, features.offsets, indices),
    },
    labels: { offsets: takenOffsets(labels.offsets, indices), ids: takenEntries(labels.ids, labels.offsets, indices) },
  };
}

function takenOffsets(offsets: Int32Array, indices: ArrayLike<number>): Int32Array {
  const taken = new Int32Array(indices.length + 1);
  for (let row = 0; row < indices.length; row++) {
    taken[row + 1] = taken[row]! + offsets[indices[row]! + 1]! - offsets[indices[row]!]!;
  }
  return taken;
}

function takenEntries<T extends Int32Array | Float32Array>(
  entries: T,
  offsets: Int32Array,
  indices: ArrayLike<number>,
): T {
  const target = takenOffsets(offsets, indices);
  const taken = new (entries.constructor as new (size: number) => T)(target.at(-1)!);
  for (let row = 0; row < indices.length; row++) {
    taken.set(entries.subarray(offsets[indices[row]!], offsets[indices[row]! + 1]), target[row]);
  }
  return taken;
}

function checkIndices(where: string, { size }: MultiLabelDataset, indices: ArrayLike<number>): void {
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row]!;
    if (Number.isInteger(index) && index >= 0 && index < size) continue;
    throw new InvalidArgumentError(where, `indices[${row}] to be an integer in 0..${size - 1}`, index);
  }
}

import { checkLabels, checkNumber, InvalidArgumentError } from '../core/index.js';

/** What all labelled examples have, whatever they are and wherever they lie. */
export interface LabelledExamples {
  /** Name for reports, such as `cifar10/train`. */
  readonly name: string;
  /** Class ids `[N]` in `0..classNames.length-1`. */
  readonly labels: Int32Array;
  /** Name of each class, in label order. */
  readonly classNames: readonly string[];
  /** Number of examples, N. */
  readonly size: number;
}

/** Labelled images as plain typed arrays; whoever shares one does not write to it. */
export interface ImageDataset extends LabelledExamples {
  /** Pixels `[N, H, W, C]`, row-major, channels last, 0..255. */
  readonly images: Uint8Array;
  /** Shape of one image: height, width, channels. */
  readonly imageShape: readonly [number, number, number];
}

/** Labelled images that are read when they are asked for: more than the memory may hold. */
export interface ImageStream extends LabelledExamples {
  /** Shape of one image: height, width, channels. */
  readonly imageShape: readonly [number, number, number];
  /** Pixels `[B, H, W, C]` of the images at these indices, in this order. */
  read(indices: Int32Array): Promise<Uint8Array>;
}

/** Labelled feature vectors as plain typed arrays; whoever shares one does not write to it. */
export interface VectorDataset extends LabelledExamples {
  /** Features `[N, D]`, row-major, finite. */
  readonly features: Float32Array;
  /** Number of features of an example, D. */
  readonly dimension: number;
}

/** Labelled feature vectors that are read when they are asked for. */
export interface VectorStream extends LabelledExamples {
  /** Number of features of an example, D. */
  readonly dimension: number;
  /** Features `[B, D]` of the examples at these indices, in this order; finite. */
  read(indices: Int32Array): Promise<Float32Array>;
}

/** Labelled examples of any kind. */
export type Dataset = ImageDataset | ImageStream | VectorDataset | VectorStream;

/** The training and the test part of a data set. */
export interface DatasetSplits {
  /** Name of the data set, such as `cifar10`. */
  readonly name: string;
  /** Training examples. */
  readonly train: ImageDataset;
  /** Test examples. */
  readonly test: ImageDataset;
}

/**
 * A data set from its arrays, checked once: sizes agree and every label is a class.
 *
 * @param fields Everything but `size`; the arrays are kept, not copied.
 * @returns The data set.
 * @throws InvalidArgumentError If there are fewer than 2 classes, the shape is not three positive integers, `images`
 *   has another length than N * H * W * C, or a label is outside `0..classNames.length-1`.
 * @example
 * ```ts
 * import { imageDataset } from 'tfjs-longtail/data';
 * const pixels = new Uint8Array(3 * 2 * 2 * 1);
 * const dataset = imageDataset({
 *   name: 'toy', images: pixels, labels: Int32Array.of(0, 1, 0), imageShape: [2, 2, 1], classNames: ['cat', 'dog'],
 * });
 * console.log(dataset.size); // 3
 * ```
 */
export function imageDataset(fields: Omit<ImageDataset, 'size'>): ImageDataset {
  const where = 'imageDataset';
  const { images, labels, imageShape, classNames } = fields;
  checkNumber(where, 'classNames.length', classNames.length, { min: 2, integer: true });
  if (imageShape.length !== 3) throw new InvalidArgumentError(where, 'imageShape [H, W, C]', `[${imageShape}]`);
  imageShape.forEach((size, axis) => checkNumber(where, `imageShape[${axis}]`, size, { min: 1, integer: true }));
  const pixels = labels.length * pixelsOf(fields);
  if (images.length !== pixels) {
    throw new InvalidArgumentError(where, `images of length ${pixels} (N * H * W * C)`, images.length);
  }
  checkLabels(where, labels, classNames.length);
  return { ...fields, size: labels.length };
}

/**
 * The examples of `dataset` at `indices`, in that order, as a data set of their own.
 *
 * @param dataset Where to take from; not changed. A stream gives a stream, which reads what was chosen.
 * @param indices Positions in `0..size-1`; may repeat.
 * @returns A data set of the same kind with copies of the chosen examples and labels.
 * @throws InvalidArgumentError If an index is not an integer in `0..size-1`.
 * @example
 * ```ts
 * import { imageDataset, takeExamples } from 'tfjs-longtail/data';
 * const dataset = imageDataset({
 *   name: 'toy', images: Uint8Array.of(10, 20, 30), labels: Int32Array.of(0, 1, 1), imageShape: [1, 1, 1], classNames: ['a', 'b'],
 * });
 * console.log(Array.from(takeExamples(dataset, [2, 0]).images)); // [ 30, 10 ]
 * ```
 */
export function takeExamples<T extends Dataset>(dataset: T, indices: ArrayLike<number>): T {
  const labels = Int32Array.from(indices, (index, row) => {
    const label = dataset.labels[index];
    if (label !== undefined) return label;
    const expected = `indices[${row}] to be an integer in 0..${dataset.size - 1}`;
    throw new InvalidArgumentError('takeExamples', expected, index);
  });
  const taken = { ...dataset, labels, size: labels.length };
  if ('images' in dataset) return { ...taken, images: takeRows(dataset.images, pixelsOf(dataset), indices) };
  if ('features' in dataset) return { ...taken, features: takeRows(dataset.features, dataset.dimension, indices) };
  const chosen = Int32Array.from(indices);
  const { read } = dataset;
  return { ...taken, read: (positions: Int32Array) => read(positions.map((position) => chosen[position]!)) };
}

function takeRows<T extends Uint8Array | Float32Array>(rows: T, length: number, indices: ArrayLike<number>): T {
  const taken = new (rows.constructor as new (size: number) => T)(indices.length * length);
  for (let row = 0; row < indices.length; row++) {
    taken.set(rows.subarray(indices[row]! * length, (indices[row]! + 1) * length), row * length);
  }
  return taken;
}

/**
 * The number of examples of each class: `n_y = #{ i : labels[i] = y }`.
 *
 * @param labels Class ids `[N]` in `0..numClasses-1`.
 * @param numClasses Number of classes C, at least 1.
 * @returns Counts `[C]`; 0 for a class that does not occur.
 * @throws InvalidArgumentError If a label is outside `0..numClasses-1`; the message names its position.
 * @example
 * ```ts
 * import { classCountsOf } from 'tfjs-longtail/data';
 * console.log(Array.from(classCountsOf([0, 2, 0], 3))); // [ 2, 0, 1 ]
 * ```
 */
export function classCountsOf(labels: ArrayLike<number>, numClasses: number): Int32Array {
  const counts = new Int32Array(checkNumber('classCountsOf', 'numClasses', numClasses, { min: 1, integer: true }));
  checkLabels('classCountsOf', labels, numClasses);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++;
  return counts;
}

function pixelsOf({ imageShape: [height, width, channels] }: Pick<ImageDataset, 'imageShape'>): number {
  return height * width * channels;
}

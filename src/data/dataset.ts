import { checkLabels, checkNumber, InvalidArgumentError } from '../core/index.js';

/** Labelled images as plain typed arrays; whoever shares one does not write to it. */
export interface ImageDataset {
  /** Name for reports, such as `cifar10/train`. */
  readonly name: string;
  /** Pixels `[N, H, W, C]`, row-major, channels last, 0..255. */
  readonly images: Uint8Array;
  /** Class ids `[N]` in `0..classNames.length-1`. */
  readonly labels: Int32Array;
  /** Shape of one image: height, width, channels. */
  readonly imageShape: readonly [number, number, number];
  /** Name of each class, in label order. */
  readonly classNames: readonly string[];
  /** Number of examples, N. */
  readonly size: number;
}

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
 * @param dataset Where to take from; not changed.
 * @param indices Positions in `0..size-1`; may repeat.
 * @returns A data set with copies of the chosen images and labels.
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
export function takeExamples(dataset: ImageDataset, indices: ArrayLike<number>): ImageDataset {
  const stride = pixelsOf(dataset);
  const images = new Uint8Array(indices.length * stride);
  const labels = new Int32Array(indices.length);
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row]!;
    const label = dataset.labels[index];
    if (label === undefined) {
      throw new InvalidArgumentError('takeExamples', `indices[${row}] to be an integer in 0..${dataset.size - 1}`, index);
    }
    images.set(dataset.images.subarray(index * stride, (index + 1) * stride), row * stride);
    labels[row] = label;
  }
  return { ...dataset, images, labels, size: labels.length };
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

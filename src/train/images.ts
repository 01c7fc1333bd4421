import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, type RandomStream } from '../core/index.js';
import { shuffledOrder, type BatchOrder } from '../sampling/index.js';
import type { ImageDataset, ImageStream } from '../data/index.js';
import type { Batch } from './objective.js';

/** A stream of examples that training draws batches from. */
export interface ExampleSource {
  /** Number of examples of one pass. */
  readonly size: number;
  /** The examples of one pass, in order. */
  readonly order: BatchOrder;
  /** The examples with these indices, as tensors that the caller disposes; a promise where they are read from a disk. */
  batch(indices: Int32Array, random: RandomStream): Batch | Promise<Batch>;
}

/** A stream whose examples are in memory: batches come at once. */
export interface MemorySource extends ExampleSource {
  /** The examples with these indices, as tensors that the caller disposes. */
  batch(indices: Int32Array, random: RandomStream): Batch;
}

/** Per-channel $`(byte / 255 - mean) / deviation`$. */
export interface ImageNormalization {
  /** Mean of each channel, in 0..1, length = channels. */
  readonly mean: readonly number[];
  /** Deviation of each channel, in 0..1, > 0, length = channels. */
  readonly deviation: readonly number[];
}

/** Random crops and flips; applied to training batches only. */
export interface ImageAugmentation {
  /** Pixels added on each side before a crop of the original size; filled with 0 *after* normalisation. Default 0. */
  readonly cropPadding?: number;
  /** Mirror left and right with probability one half. Default false. */
  readonly flip?: boolean;
}

/** `byte / 255 - 0.5` in every channel, as in the official logit-adjustment code. */
export function centredNormalization(channels: number): ImageNormalization {
  return { mean: Array<number>(channels).fill(0.5), deviation: Array<number>(channels).fill(1) };
}

/**
 * Mean and standard deviation of each channel over a data set: of the training images, never of the test images.
 *
 * @param dataset Images; at least one.
 * @returns Statistics in units of the full scale, computed in float64; a constant channel gets deviation 1.
 */
export function channelNormalization(dataset: ImageDataset): ImageNormalization {
  const { images } = dataset;
  const channels = dataset.imageShape[2];
  // Counted first, so that every image is read once and the deviation of a constant channel is exactly 0.
  const counts = Array.from({ length: channels }, () => new Float64Array(256));
  for (let i = 0; i < images.length; i++) counts[i % channels]![images[i]!]! += 1;
  const pixels = images.length / channels;
  const meanOf = (count: Float64Array, value: (byte: number) => number): number =>
    count.reduce((sum, times, byte) => sum + times * value(byte), 0) / pixels;
  const means = counts.map((count) => meanOf(count, (byte) => byte));
  return {
    mean: means.map((mean) => mean / 255),
    deviation: counts.map((count, c) => Math.sqrt(meanOf(count, (byte) => (byte - means[c]!) ** 2)) / 255 || 1),
  };
}

/** Options of {@link imageSource}. */
export interface ImageSourceOptions {
  /** How bytes become floats. */
  readonly normalization: ImageNormalization;
  /** Random crops and flips. Default: none. */
  readonly augmentation?: ImageAugmentation;
  /** Order of a pass. Default: every image once, shuffled. */
  readonly order?: BatchOrder;
}

/**
 * Batches of images as `[B, H, W, channels]` float32 with class ids `[B]` int32.
 *
 * @param dataset Images as bytes, in memory or read batch by batch: the batches are the same.
 * @param options Normalisation, augmentation and order.
 * @returns A source for {@link train}.
 * @throws InvalidArgumentError If the padding is not an integer in 0..H.
 */
export function imageSource(dataset: ImageDataset, options: ImageSourceOptions): MemorySource;
export function imageSource(dataset: ImageDataset | ImageStream, options: ImageSourceOptions): ExampleSource;
export function imageSource(dataset: ImageDataset | ImageStream, options: ImageSourceOptions): ExampleSource {
  const [height, width, channels] = dataset.imageShape;
  const { cropPadding = 0, flip = false } = options.augmentation ?? {};
  checkNumber('imageSource', 'cropPadding', cropPadding, { min: 0, max: height, integer: true });
  const tables = byteTables(options.normalization);
  const drawView = (random: RandomStream): View => ({
    top: cropPadding > 0 ? random.integer(2 * cropPadding + 1) - cropPadding : 0,
    left: cropPadding > 0 ? random.integer(2 * cropPadding + 1) - cropPadding : 0,
    mirrored: flip && random.integer(2) === 1,
  });
  /** A batch of the images at `rows` of `images`. */
  const toBatch = (images: Uint8Array, rows: Int32Array, labels: Int32Array, views: readonly View[]): Batch => {
    const floats = new Float32Array(rows.length * height * width * channels);
    rows.forEach((row, i) => {
      copyImage(images, dataset.imageShape, row, tables, views[i]!, floats, i * height * width * channels);
    });
    return {
      inputs: tf.tensor4d(floats, [rows.length, height, width, channels]),
      targets: tf.tensor1d(labels, 'int32'),
      labels,
    };
  };
  return {
    size: dataset.size,
    order: options.order ?? shuffledOrder(dataset.size),
    batch(indices, random) {
      const views = Array.from(indices, () => drawView(random));
      const labels = indices.map((index) => dataset.labels[index]!);
      if ('images' in dataset) return toBatch(dataset.images, indices, labels, views);
      const rows = Int32Array.from(indices.keys());
      return dataset.read(indices).then((images) => toBatch(images, rows, labels, views));
    },
  };
}

/** The 256 values that a byte of each channel can become. */
function byteTables({ mean, deviation }: ImageNormalization): Float32Array[] {
  return mean.map((mu, c) => Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - mu) / deviation[c]!));
}

/** Where an image is looked at from: shifted by rows and columns, and possibly in a mirror. */
interface View {
  readonly top: number;
  readonly left: number;
  readonly mirrored: boolean;
}

/** Copies one image through a shifted, possibly mirrored window; what lies outside the image stays 0. */
function copyImage(
  images: Uint8Array,
  [height, width, channels]: readonly [number, number, number],
  index: number,
  tables: readonly Float32Array[],
  { top, left, mirrored }: View,
  out: Float32Array,
  outStart: number,
): void {
  const imageStart = index * height * width * channels;
  for (let y = Math.max(0, -top); y < Math.min(height, height - top); y++) {
    const rowStart = imageStart + (y + top) * width * channels;
    for (let x = 0; x < width; x++) {
      const column = (mirrored ? width - 1 - x : x) + left;
      if (column < 0 || column >= width) continue;
      const from = rowStart + column * channels;
      const to = outStart + (y * width + x) * channels;
      for (let c = 0; c < channels; c++) out[to + c] = tables[c]![images[from + c]!]!;
    }
  }
}

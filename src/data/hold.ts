import type { Dataset, ImageDataset, ImageStream, VectorDataset } from './dataset.js';

/** Examples that are read at once. */
const CHUNK = 256;

/**
 * The bytes that the examples of a data set take in memory: `N * H * W * C` of images, `4 * N * D` of vectors.
 *
 * @param dataset Images or vectors, in memory or not.
 * @returns Bytes, labels not counted.
 */
export function bytesOf(dataset: Dataset): number {
  if ('dimension' in dataset) return dataset.size * dataset.dimension * Float32Array.BYTES_PER_ELEMENT;
  return dataset.size * dataset.imageShape.reduce((product, length) => product * length, 1);
}

/**
 * The examples of a stream in memory, so that each is read once; what is in memory already is returned as it is.
 *
 * @param dataset Images or vectors; their {@link bytesOf} must fit the memory.
 * @param signal Stops between two reads; what it was aborted with is thrown.
 * @returns The same examples in the same order.
 * @example
 * ```ts
 * import { heldExamples } from 'tfjs-longtail/data';
 * const stream = {
 *   name: 'toy', classNames: ['a', 'b'], labels: Int32Array.of(0, 1, 1), size: 3, dimension: 1,
 *   read: async (indices: Int32Array) => Float32Array.from(indices),
 * };
 * const { features } = await heldExamples(stream);
 * console.log(features.join(' ')); // 0 1 2
 * ```
 */
export async function heldExamples<T extends Dataset>(
  dataset: T,
  signal?: AbortSignal,
): Promise<T extends ImageDataset | ImageStream ? ImageDataset : VectorDataset> {
  const held = await hold(dataset, signal);
  return held as T extends ImageDataset | ImageStream ? ImageDataset : VectorDataset;
}

async function hold(dataset: Dataset, signal: AbortSignal | undefined): Promise<ImageDataset | VectorDataset> {
  if (!('read' in dataset)) return dataset;
  const { read, ...rest } = dataset;
  const filled = 'imageShape' in rest ? new Uint8Array(bytesOf(dataset)) : new Float32Array(rest.size * rest.dimension);
  const length = filled.length / dataset.size;
  for (let start = 0; start < dataset.size; start += CHUNK) {
    signal?.throwIfAborted();
    const size = Math.min(CHUNK, dataset.size - start);
    filled.set(await read(Int32Array.from({ length: size }, (_, i) => start + i)), start * length);
  }
  return 'imageShape' in rest
    ? { ...rest, images: filled as Uint8Array }
    : { ...rest, features: filled as Float32Array };
}

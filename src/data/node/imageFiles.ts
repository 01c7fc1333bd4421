import { join } from 'node:path';
import { DataFormatError } from '../../core/index.js';
import type { ImageStream, LabelledExamples } from '../index.js';
import type { ImageDecoder, ImageShape } from './imageDecoder.js';
import { inParallel } from './inParallel.js';
import type { RawExamples } from './rawExamples.js';

/**
 * The one shape that all image files become: `imageSize` square, else the size that they have; colour if one has any.
 *
 * @throws DataFormatError If a header cannot be read, or the sizes differ and `imageSize` is not given.
 */
export async function commonShape(
  parts: readonly RawExamples[],
  decoder: ImageDecoder,
  imageSize: number | undefined,
  signal?: AbortSignal,
): Promise<ImageShape> {
  let first: { readonly path: string; readonly shape: ImageShape } | undefined;
  let channels: 1 | 3 = 1;
  for (const part of parts) {
    if (part.content.kind !== 'image-files') continue;
    const { paths } = part.content;
    const shapes = await headers(part, paths, decoder, signal);
    first ??= { path: paths[0]!, shape: shapes[0]! };
    if (shapes.some((shape) => shape[2] === 3)) channels = 3;
    const [height, width] = first.shape;
    const other = shapes.findIndex((shape) => shape[0] !== height || shape[1] !== width);
    if (other < 0 || imageSize !== undefined) continue;
    const expected = `an image of ${height} x ${width} like ${first.path}`;
    const hint = 'Set imageSize (--image-size): all images are then scaled to that';
    throw new DataFormatError(paths[other]!, expected, `${shapes[other]![0]} x ${shapes[other]![1]}`, hint);
  }
  const [height, width] = first!.shape;
  return [imageSize ?? height, imageSize ?? width, channels];
}

async function headers(
  part: RawExamples,
  paths: readonly string[],
  decoder: ImageDecoder,
  signal: AbortSignal | undefined,
): Promise<ImageShape[]> {
  const shapes: ImageShape[] = [];
  const unreadable = new Map<number, DataFormatError>();
  const readHeader = async (index: number): Promise<void> => {
    try {
      shapes[index] = await decoder.shapeOf(paths[index]!);
    } catch (error) {
      if (!(error instanceof DataFormatError)) throw error;
      unreadable.set(index, error);
    }
  };
  await inParallel(paths.length, readHeader, signal);
  if (unreadable.size > 0) throw unreadableError(part, unreadable);
  return shapes;
}

/** Names the class folder that has nothing else, or else the first of the files. */
function unreadableError({ labels, content }: RawExamples, unreadable: ReadonlyMap<number, DataFormatError>): Error {
  const index = [...unreadable.keys()].reduce((first, other) => Math.min(first, other)); // there may be a million
  const label = labels[index]!;
  const ofClass = [...labels.keys()].filter((other) => labels[other] === label);
  if (content.kind === 'image-files' && content.folder !== null && ofClass.every((other) => unreadable.has(other))) {
    const folder = join(content.folder, label);
    return new DataFormatError(folder, 'a readable image (PNG or JPEG)', `${ofClass.length} that are not readable`);
  }
  const error = unreadable.get(index)!;
  const others = unreadable.size > 1 ? `, and ${unreadable.size - 1} more that are not readable` : '';
  const hint = 'longtail data inspect lists such files: mend or remove them';
  return new DataFormatError(error.where, error.expected, `${String(error.got)}${others}`, hint, { cause: error });
}

/** Image files as a stream that decodes what is asked for. */
export function imageFileStream(
  examples: LabelledExamples,
  paths: readonly string[],
  decoder: ImageDecoder,
  imageShape: ImageShape,
): ImageStream {
  const length = imageShape.reduce((product, size) => product * size, 1);
  return {
    ...examples,
    imageShape,
    async read(indices) {
      const pixels = new Uint8Array(indices.length * length);
      await inParallel(indices.length, async (row) => {
        pixels.set(await decoder.decode(paths[indices[row]!]!, imageShape), row * length);
      });
      return pixels;
    },
  };
}

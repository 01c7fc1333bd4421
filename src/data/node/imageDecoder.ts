import { access } from 'node:fs/promises';
import type { SharpOptions } from 'sharp';
import { DataFormatError } from '../../core/index.js';
import { optionalPackage } from '../../core/node/index.js';

/** Height, width, channels of an image: 1 for grey ones, 3 for colour. */
export type ImageShape = readonly [number, number, number];

/** How the names of images end that are looked for in folders. */
export const imageEndings: readonly string[] = ['.png', '.jpg', '.jpeg'];

/** Reads image files. */
export interface ImageDecoder {
  /** The shape that the header of a file says; transparency is not counted. */
  shapeOf(path: string): Promise<ImageShape>;
  /**
   * The pixels of a file in this shape: grey or colour as it says, scaled to fill it where the size differs, with what
   * then sticks out cut off on both sides. Transparency is dropped, and an orientation in EXIF is not applied.
   */
  decode(path: string, shape: ImageShape): Promise<Uint8Array>;
}

/** A decoder of PNG and JPEG. */
export async function imageDecoder(): Promise<ImageDecoder> {
  const { default: sharp } = await optionalPackage('sharp', 'images', () => import('sharp'));
  const options: SharpOptions = { failOn: 'error' }; // also what is cut off, but not each oddity of metadata
  return {
    async shapeOf(path) {
      const { width, height, channels } = await readable(path, () => sharp(path, options).metadata());
      return [height, width, channels <= 2 ? 1 : 3];
    },
    async decode(path, [height, width, channels]) {
      const pipeline = sharp(path, options)
        .resize(width, height, { fit: 'cover' })
        .toColourspace(channels === 1 ? 'b-w' : 'srgb')
        .removeAlpha()
        .raw({ depth: 'uchar' });
      return readable(path, () => pipeline.toBuffer());
    },
  };
}

async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const reason = (await isThere(path)) ? decoderReason(error as Error) : 'no such file';
    throw new DataFormatError(path, 'a readable image (PNG or JPEG)', reason, undefined, { cause: error });
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Threads share the place where libvips leaves its reason: one may have taken that of another, or find none. */
function decoderReason(error: Error): string {
  return error.message.split('\n')[0]!.replace('Unknown error', 'damaged content');
}

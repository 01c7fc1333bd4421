import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DataFormatError } from '../../core/index.js';

/** The content of one data file, uncompressed. */
export interface RecordFile {
  /** For messages: the path, for a member of an archive followed by its name there. */
  readonly path: string;
  /** The uncompressed bytes. */
  readonly bytes: Uint8Array;
}

/** Where in a file an error lies; offsets count uncompressed bytes. */
export function at({ path }: RecordFile, offset: number): string {
  return `${path}, ${path.endsWith('.gz') ? 'uncompressed ' : ''}byte ${offset}`;
}

/** Reads a file whole, through gunzip when its name ends in `.gz`. */
export async function readRecordFile(path: string, signal?: AbortSignal): Promise<RecordFile> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of contentOf(path, signal)) chunks.push(chunk);
  return { path, bytes: Buffer.concat(chunks) };
}

const CHUNK_BYTES = 2 ** 18;
/** Far above the largest data set read here; a small file that unpacks to more is damaged or hostile. */
const CONTENT_LIMIT = 2 ** 30;

/** The uncompressed content of a file, chunk by chunk; more than `limit` bytes are refused. */
export async function* contentOf(
  path: string,
  signal?: AbortSignal,
  limit = CONTENT_LIMIT,
): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const gunzip = path.endsWith('.gz') ? createGunzip({ chunkSize: CHUNK_BYTES }) : undefined;
  // A failure of the file ends the gunzip with the same error, and the loop below throws it.
  const content = gunzip === undefined ? file : pipeline(file, gunzip, () => {});
  let size = 0;
  try {
    for await (const chunk of content) {
      signal?.throwIfAborted();
      size += (chunk as Uint8Array).length;
      if (size > limit) throw new DataFormatError(path, `at most ${limit} bytes of content`, 'more');
      yield chunk as Uint8Array;
    }
  } catch (error) {
    throw readingError(error, path, gunzip?.bytesWritten ?? size);
  } finally {
    file.destroy();
  }
}

/** Errors of zlib and of the file system as ours; any other is passed through. */
function readingError(error: unknown, path: string, offset: number): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (typeof code !== 'string') return error;
  const options = { cause: error };
  if (!code.startsWith('Z_')) return new DataFormatError(path, 'a readable file', code, undefined, options);
  const where = `${path}, byte ${offset}`;
  return new DataFormatError(where, 'a whole gzip stream', (error as Error).message, 'Fetch the file again', options);
}

import { createHash } from 'node:crypto';
import { DataFormatError } from '../../core/index.js';
import { contentOf } from './recordFile.js';

/** One line of a text file, without its end. */
export interface TextLine {
  /** The text; bytes beyond ASCII stand as Latin-1. */
  readonly text: string;
  /** Where it stands, as `path:line`. */
  readonly where: string;
}

/** What is known of a file beforehand. */
export interface PublishedText {
  /** Bytes of the uncompressed content. */
  readonly bytes: number;
  /** MD5 of the uncompressed content, hexadecimal. */
  readonly md5: string;
}

/** Far above the longest line of any published file; what is longer has lost its line ends. */
const LINE_LIMIT = 2 ** 26;

/** How a file of lines is read. */
export interface TextLinesOptions {
  /** The content that the file must have; checked when its end is reached. */
  readonly published?: PublishedText | undefined;
  /** Stops between two reads. */
  readonly signal?: AbortSignal | undefined;
}

/** The lines of a text file, plain or `.gz`, as a stream; memory holds one chunk and one line. */
export async function* textLines(path: string, options: TextLinesOptions = {}): AsyncGenerator<TextLine> {
  const { published, signal } = options;
  const hash = published && createHash('md5');
  let [bytes, number, rest] = [0, 0, ''];
  // Lines are read as a stream, so the size that the content unpacks to is no danger to the memory.
  for await (const chunk of contentOf(path, signal, Infinity)) {
    hash?.update(chunk);
    bytes += chunk.length;
    const lines = (rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1')).split('\n');
    rest = lines.pop()!;
    for (const text of lines) yield { text: withoutReturn(text), where: `${path}:${++number}` };
    if (rest.length > LINE_LIMIT) {
      throw new DataFormatError(`${path}:${number + 1}`, `a line of at most ${LINE_LIMIT} bytes`, 'more');
    }
  }
  if (rest !== '') yield { text: withoutReturn(rest), where: `${path}:${number + 1}` };
  if (published) checkContent(path, published, { bytes, md5: hash!.digest('hex') });
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

function checkContent(path: string, published: PublishedText, got: PublishedText): void {
  if (got.bytes === published.bytes && got.md5 === published.md5) return;
  const text = ({ bytes, md5 }: PublishedText): string => `${bytes} bytes with md5 ${md5}`;
  const hint = 'Fetch the file again; readXcFile reads other data of the same format';
  throw new DataFormatError(path, text(published), text(got), hint);
}

import { readFile } from 'node:fs/promises';
import { ConfigError, DataFormatError } from '../core/index.js';
import { readNpy } from '../data/node/index.js';

/**
 * A number for each class: written out with commas, or in a file, `.npy`, JSON or text.
 *
 * @throws ConfigError If an entry of the list is no number.
 * @throws DataFormatError If the file cannot be read or holds something else.
 */
export async function readNumberList(flag: string, text: string): Promise<number[]> {
  if (/^[^/\\]*,[^/\\]*$/.test(text)) {
    return numbers(text.split(','), (entry) => new ConfigError(flag, 'a file, or numbers with commas between', entry));
  }
  if (text.endsWith('.npy')) return fromNpy(text);
  const content = await readFile(text, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const hint = `${flag} takes a file, or numbers with commas between`;
    throw new DataFormatError(text, 'a readable file', error.code, hint, { cause: error });
  });
  const refused = (entry: unknown): Error => new DataFormatError(text, 'a list of numbers', JSON.stringify(entry));
  if (!content.trimStart().startsWith('[')) return numbers(content.split(/[\s,;]+/).filter(Boolean), refused);
  return numbers(parseJson(text, content), refused);
}

async function fromNpy(path: string): Promise<number[]> {
  const { shape, data } = await readNpy(path);
  if (shape.length !== 1) throw new DataFormatError(path, 'numbers [C]', `shape [${shape.join(', ')}]`);
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

function parseJson(path: string, content: string): unknown[] {
  try {
    return JSON.parse(content) as unknown[];
  } catch (error) {
    throw new DataFormatError(path, 'valid JSON', (error as Error).message, undefined, { cause: error });
  }
}

function numbers(entries: readonly unknown[], refused: (entry: unknown) => Error): number[] {
  return entries.map((entry) => {
    const isText = typeof entry === 'string' && entry.trim() !== '';
    const value = isText || typeof entry === 'number' ? Number(entry) : Number.NaN;
    if (!Number.isFinite(value)) throw refused(entry);
    return value;
  });
}

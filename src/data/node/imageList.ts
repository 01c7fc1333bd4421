import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DataFormatError } from '../../core/index.js';
import { throwRow } from '../classIds.js';
import type { RawExamples, ReadOptions } from './rawExamples.js';

/**
 * A list of images as ImageNet-LT has them: lines of a path, a space and a class number.
 *
 * @throws DataFormatError If a line has no number at its end, or the list is empty.
 */
export async function readImageList(path: string, options: ReadOptions): Promise<RawExamples> {
  const { root = dirname(path), refuse = throwRow } = options;
  const lines = (await textOf(path)).split(/\r?\n/);
  const paths: string[] = [];
  const labels: string[] = [];
  const numbers: number[] = [];
  lines.forEach((line, i) => {
    if (line.trim() === '') return;
    const [, image, label] = /^\s*(.*\S)\s+(\d+)\s*$/.exec(line) ?? [];
    if (image === undefined) {
      return refuse(`${path}:${i + 1}`, 'a path, a space and a class number', JSON.stringify(line));
    }
    paths.push(resolve(root, image));
    labels.push(label!);
    numbers.push(i + 1);
  });
  if (paths.length === 0) throw new DataFormatError(path, 'lines of a path and a class number', 'none');
  const at = (index: number): string => `${path}:${numbers[index]}`;
  return { path, labels, at, content: { kind: 'image-files', paths, folder: null } };
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new DataFormatError(path, 'a readable file', error.code, undefined, { cause: error });
  });
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Field,
  FixedSizeList,
  Float32,
  Float64,
  List,
  Table,
  tableToIPC,
  vectorFromArray,
  type Vector,
} from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { isTable, openMatrix, writeNpy } from '../../src/data/node/index.js';
import { refusal } from '../support/errors.js';
import { freshFolder } from '../support/folders.js';

const file = (name: string): string => join(freshFolder(), name);

async function contents(path: string, column?: string): Promise<{ size: number; dimension: number; all: number[] }> {
  const { size, dimension, rows } = await openMatrix(path, column === undefined ? {} : { column });
  return { size, dimension, all: [...(await rows(0, size))] };
}

function arrow(columns: Record<string, Vector>, name = 'x.arrow'): string {
  const path = file(name);
  writeFileSync(path, tableToIPC(new Table(columns), 'file'));
  return path;
}

const lists = (rows: number[][]): Vector => vectorFromArray(rows, new List(new Field('item', new Float64())));
const fixed = (rows: number[][], width: number): Vector =>
  vectorFromArray(rows, new FixedSizeList(width, new Field('item', new Float32())));

describe('openMatrix', () => {
  it('reads rows of .npy where they lie', async () => {
    const path = file('x.npy');
    await writeNpy(path, Float64Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
    const { size, dimension, rows } = await openMatrix(path);
    expect([size, dimension]).toEqual([3, 2]);
    expect(await rows(1, 3)).toEqual(Float32Array.of(3, 4, 5, 6));
    await writeNpy(path, Float64Array.of(1, 2, 3, 4, 9, 6), [3, 2]);
    expect(await rows(2, 3)).toEqual(Float32Array.of(9, 6)); // nothing was kept
  });

  it('reads lists of any kind from Arrow files, in the format of files and of streams', async () => {
    const path = arrow({
      embedding: lists([
        [1, 2],
        [3, 4],
      ]),
      probabilities: fixed(
        [
          [0.5, 0.25, 0.25],
          [1, 0, 0],
        ],
        3,
      ),
    });
    expect(await contents(path, 'embedding')).toEqual({ size: 2, dimension: 2, all: [1, 2, 3, 4] });
    expect(await contents(path, 'probabilities')).toEqual({ size: 2, dimension: 3, all: [0.5, 0.25, 0.25, 1, 0, 0] });
    const stream = file('x.ipc');
    writeFileSync(stream, tableToIPC(new Table({ only: fixed([[7], [8]], 1) }), 'stream'));
    expect(await contents(stream)).toEqual({ size: 2, dimension: 1, all: [7, 8] });
  });

  it('reads lists from Parquet files', async () => {
    const path = fileURLToPath(new URL('fixtures/lists.parquet', import.meta.url));
    const all = Array.from({ length: 12 }, (_, i) => i + 1);
    expect(await contents(path)).toEqual({ size: 4, dimension: 3, all });
  });

  it('tells tables by their endings', () => {
    expect(['a.parquet', 'a.ARROW', 'b.feather', 'b.npy', 'c'].map(isTable)).toEqual([true, true, true, false, false]);
  });

  it('names what is wrong', async () => {
    const ragged = arrow({ embedding: lists([[1, 2], [3]]) });
    await expect(openMatrix(ragged)).rejects.toThrow(
      refusal('DataFormatError', `${ragged}, row 1: expected 2 numbers in column "embedding", got 1`),
    );
    const holed = arrow({
      embedding: lists([
        [1, 2],
        [3, NaN],
      ]),
    });
    await expect(openMatrix(holed)).rejects.toThrow(
      refusal('DataFormatError', `${holed}, row 1: expected a finite number in column "embedding"[1], got NaN`),
    );
    const two = arrow({ a: lists([[1]]), b: lists([[1]]), c: vectorFromArray([1]) });
    await expect(openMatrix(two)).rejects.toThrow(
      refusal('DataFormatError', `${two}: expected one column of lists, got a, b`),
    );
    await expect(openMatrix(two, { column: 'c' })).rejects.toThrow(
      refusal('DataFormatError', `${two}: expected a column of lists "c", got a, b`),
    );
    const text = file('x.feather');
    writeFileSync(text, 'not arrow at all');
    await expect(openMatrix(text)).rejects.toThrow(`${text}: expected a valid Arrow file`);
    const nowhere = file('x.arrow');
    await expect(openMatrix(nowhere)).rejects.toThrow(
      refusal('DataFormatError', `${nowhere}: expected a readable file, got ENOENT`),
    );
    const bytes = file('x.npy');
    await writeNpy(bytes, Uint8Array.of(1, 2), [2, 1]);
    await expect(openMatrix(bytes)).rejects.toThrow(
      refusal(
        'DataFormatError',
        `${bytes}: expected [rows, numbers] of float32 or float64, at least one of each, got dtype u1 of shape [2, 1]`,
      ),
    );
  });
});

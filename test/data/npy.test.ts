import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { DataFormatError } from '../../src/core/index.js';
import { readNpy, readNpyLabels, writeNpy, type NpyData } from '../../src/data/node/index.js';
import { refusal } from '../support/errors.js';
import { folderWith } from './support.js';

/** Files that numpy wrote; fixtures/make_fixtures.py. */
const fixture = (name: string): string => new URL(`fixtures/${name}`, import.meta.url).pathname;

let folder: string;
beforeAll(async () => {
  folder = await folderWith();
});

describe('readNpy', () => {
  it.each([
    ['matrix.npy', { dtype: 'f4', shape: [3, 2], data: Float32Array.of(0, 1, 2, 3, 4, 5) }],
    ['big-endian.npy', { dtype: 'f8', shape: [2, 2], data: Float64Array.of(1.5, -2.25, 3e10, 0) }],
    ['labels.npy', { dtype: 'i8', shape: [4], data: BigInt64Array.of(2n, 0n, 1n, 2n ** 40n) }],
    ['scalar.npy', { dtype: 'f4', shape: [], data: Float32Array.of(7) }],
  ])('reads %s of numpy', async (name, expected) => {
    expect(await readNpy(fixture(name))).toEqual(expected);
  });

  it('reads a range of rows', async () => {
    const rows = (start: number, end?: number) =>
      readNpy(fixture('matrix.npy'), end === undefined ? { start } : { start, end });
    expect(await rows(1)).toEqual({ dtype: 'f4', shape: [2, 2], data: Float32Array.of(2, 3, 4, 5) });
    expect(await rows(1, 2)).toEqual({ dtype: 'f4', shape: [1, 2], data: Float32Array.of(2, 3) });
    expect(await rows(3, 3)).toEqual({ dtype: 'f4', shape: [0, 2], data: new Float32Array() });
    await expect(rows(4)).rejects.toThrow(
      refusal('InvalidArgumentError', 'readNpy: expected start to be an integer in 0..3, got 4'),
    );
    await expect(rows(2, 1)).rejects.toThrow(
      refusal('InvalidArgumentError', 'readNpy: expected end to be an integer in 2..3, got 1'),
    );
  });

  it.each([
    [
      'fortran.npy',
      ', header: expected an array in C order, got one in Fortran order. Save numpy.ascontiguousarray(x)',
    ],
    [
      'half.npy',
      ", header: expected a dtype among f4, f8, u1, i4, i8, got '<f2'. Save x.astype('float32'), or labels as 'int64'",
    ],
    [
      'records.npy',
      ", header: expected a dtype among f4, f8, u1, i4, i8, got [('a', '<f4'), ('b', '<i4')]. " +
        "Save x.astype('float32'), or labels as 'int64'",
    ],
  ])('refuses %s of numpy', async (name, message) => {
    await expect(readNpy(fixture(name))).rejects.toThrow(refusal('DataFormatError', fixture(name) + message));
  });

  it('refuses what is cut off, too long, missing or something else', async () => {
    const whole = await readFile(fixture('matrix.npy'));
    const path = join(folder, 'x.npy');
    const refusalOf = async (bytes: Uint8Array | string): Promise<string> => {
      await writeFile(path, bytes);
      return readNpy(path).then(
        () => 'none',
        (error: Error) => error.message.replace(path, 'x.npy'),
      );
    };
    const size = 'x.npy: expected 152 bytes, as its shape (3, 2) says, got ';
    expect(await refusalOf(whole.subarray(0, 151))).toBe(`${size}151: it is cut off`);
    expect(await refusalOf(Buffer.concat([whole, Buffer.alloc(1)]))).toBe(`${size}153`);
    expect(await refusalOf(whole.subarray(0, 100))).toBe('x.npy: expected a header of 128 bytes, got a file of 100');
    expect(await refusalOf(whole.subarray(0, 8))).toBe('x.npy: expected a .npy header, got 8 bytes');
    expect(await refusalOf('a,b\n1,2\n')).toBe(
      'x.npy: expected a .npy file, got a file that begins otherwise. Save it with numpy.save',
    );
    expect(await refusalOf(Buffer.from([...whole.subarray(0, 6), 9, ...whole.subarray(7)]))).toBe(
      'x.npy, byte 6: expected version 1, 2 or 3 of .npy, got 9',
    );
    await expect(readNpy(join(folder, 'none.npy'))).rejects.toThrow(
      refusal('DataFormatError', `${join(folder, 'none.npy')}: expected a readable file, got ENOENT`),
    );
  });

  it('gives an array or a DataFormatError, whatever the bytes', async () => {
    const whole = await readFile(fixture('matrix.npy'));
    const path = join(folder, 'fuzzed.npy');
    const flips = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(flips, fc.option(fc.nat(whole.length)), async (changes, length) => {
        const bytes = Uint8Array.from(whole.subarray(0, length ?? whole.length));
        for (const [at, mask] of changes) if (at < bytes.length) bytes[at]! ^= mask;
        await writeFile(path, bytes);
        try {
          const { shape, data } = await readNpy(path);
          expect(shape.reduce((product, axis) => product * axis, 1)).toBe(data.length);
        } catch (error) {
          expect(error).toBeInstanceOf(DataFormatError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('writeNpy', () => {
  const arrays: fc.Arbitrary<NpyData> = fc.oneof(
    fc.float32Array({ maxLength: 24 }),
    fc.float64Array({ maxLength: 24 }),
    fc.uint8Array({ maxLength: 24 }),
    fc.int32Array({ maxLength: 24 }),
    fc.bigInt64Array({ maxLength: 24 }),
  );

  it('writes what readNpy reads back, bit by bit', async () => {
    const path = join(folder, 'back.npy');
    await fc.assert(
      fc.asyncProperty(arrays, fc.nat(3), async (data, ones) => {
        const shape = [data.length, ...Array<number>(ones).fill(1)];
        await writeNpy(path, data, shape);
        const read = await readNpy(path);
        expect(read.shape).toEqual(shape);
        expect(read.data.constructor).toBe(data.constructor);
        const bytes = (array: NpyData): Buffer => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
        expect(bytes(read.data).equals(bytes(data))).toBe(true); // NaN too
      }),
      { numRuns: 100 },
    );
  });

  it('writes the very bytes that numpy writes', async () => {
    const path = join(folder, 'same.npy');
    for (const name of ['matrix.npy', 'labels.npy', 'scalar.npy']) {
      const { data, shape } = await readNpy(fixture(name));
      await writeNpy(path, data, shape);
      expect((await readFile(path)).equals(await readFile(fixture(name))), name).toBe(true);
    }
  });

  it('refuses a shape of another size, and other arrays', async () => {
    const path = join(folder, 'refused.npy');
    await expect(writeNpy(path, Float32Array.of(1, 2, 3), [2, 2])).rejects.toThrow(
      refusal('InvalidArgumentError', 'writeNpy: expected a shape of 3 elements, got [2, 2]'),
    );
    await expect(writeNpy(path, Int8Array.of(1) as unknown as Uint8Array)).rejects.toThrow(
      refusal(
        'InvalidArgumentError',
        'writeNpy: expected a Float32Array, Float64Array, Uint8Array, Int32Array or BigInt64Array, got [object Int8Array]',
      ),
    );
    await expect(readFile(path)).rejects.toThrow('ENOENT');
  });
});

describe('readNpyLabels', () => {
  const path = (): string => join(folder, 'y.npy');

  it.each([Float32Array.of(1, 0, 2), Uint8Array.of(1, 0, 2), BigInt64Array.of(1n, 0n, 2n)])(
    'reads %o',
    async (data) => {
      await writeNpy(path(), data);
      expect(await readNpyLabels(path())).toEqual(Int32Array.of(1, 0, 2));
      await writeNpy(path(), data, [3, 1]);
      expect(await readNpyLabels(path())).toEqual(Int32Array.of(1, 0, 2));
    },
  );

  it.each([
    [Float64Array.of(0, 1.5), '1.5'],
    [Int32Array.of(0, -1), '-1'],
    [Float32Array.of(0, NaN), 'NaN'],
    [BigInt64Array.of(0n, 2n ** 31n), '2147483648'],
  ])('refuses %o, naming the row', async (data, got) => {
    await writeNpy(path(), data);
    await expect(readNpyLabels(path())).rejects.toThrow(
      refusal('DataFormatError', `${path()}, row 1: expected a class number from 0, got ${got}`),
    );
  });

  it('refuses a matrix', async () => {
    await writeNpy(path(), Int32Array.of(0, 1, 2, 3), [2, 2]);
    await expect(readNpyLabels(path())).rejects.toThrow(
      refusal('DataFormatError', `${path()}: expected labels [N], got shape [2, 2]`),
    );
  });
});

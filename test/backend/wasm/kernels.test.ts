import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { randomStream } from '../../../src/core/index.js';
import { expectBalanced } from '../../support/backends.js';
import { expectClose, GRADIENT_TOLERANCE, VALUE_TOLERANCE } from '../../support/numeric.js';
import { normals, onWasm, valuesOf } from './onWasm.js';

const seed = 1;
const small = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });

onWasm('unsortedSegmentSum', () => {
  it('sums rows by their id and drops ids outside 0..numSegments-1', async () => {
    const shape = fc.record({
      ids: fc.array(fc.integer({ min: -2, max: 6 }), { minLength: 1, maxLength: 12 }),
      segments: small(5),
      row: fc.array(small(3), { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ ids, segments, row }) => {
        const x = normals(seed, 'x', [ids.length, ...row]);
        const rowSize = x.length / ids.length;
        const expected = new Float64Array(segments * rowSize);
        ids.forEach((id, i) => {
          for (let j = 0; j < rowSize && id >= 0 && id < segments; j++)
            expected[id * rowSize + j]! += x[i * rowSize + j]!;
        });
        const actual = await valuesOf(() =>
          tf.unsortedSegmentSum(tf.tensor(x, [ids.length, ...row]), tf.tensor1d(ids, 'int32'), segments),
        );
        expectClose(actual, expected, VALUE_TOLERANCE);
      }),
      { seed, numRuns: 60 },
    );
  });

  it('keeps int32', async () => {
    const sums = tf.tidy(() =>
      tf.unsortedSegmentSum(tf.tensor1d([5, 6, 7], 'int32'), tf.tensor1d([1, 1, -1], 'int32'), 2),
    );
    expect([sums.dtype, ...(await sums.data())]).toEqual(['int32', 0, 11]);
    sums.dispose();
  });

  it('makes gather differentiable: repeated rows add up, rows not taken get zero', async () => {
    const gradient = tf.grad((table) => tf.gather(table, tf.tensor1d([2, 0, 2], 'int32')));
    const dy = [1, 2, 10, 20, 100, 200];
    const actual = await valuesOf(() => gradient(tf.ones([4, 2]), tf.tensor2d(dy, [3, 2])));
    expect(Array.from(actual)).toEqual([10, 20, 0, 0, 101, 202, 0, 0]);
  });

  it('leaves nothing behind', () => {
    const [x, ids] = [tf.ones([3, 2]), tf.tensor1d([0, 1, 1], 'int32')];
    expectBalanced(() => tf.unsortedSegmentSum(x, ids, 2));
    tf.dispose([x, ids]);
  });
});

interface Pool {
  readonly shape: [number, number, number, number];
  readonly size: [number, number];
  readonly strides: [number, number];
  readonly pad: 'same' | 'valid' | number;
}

/** From the definition: the gradient of every window goes to its first largest entry, row by row. */
function maxPoolGradient(
  { shape, size, strides, pad }: Pool,
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
): Float64Array {
  const [batch, height, width, channels] = shape;
  const before = ([height, width] as const).map((length, axis) => {
    if (pad === 'valid') return 0;
    if (pad !== 'same') return pad;
    return Math.floor(
      Math.max(0, (Math.ceil(length / strides[axis]!) - 1) * strides[axis]! + size[axis]! - length) / 2,
    );
  });
  const [rows, columns] = outputSize({ shape, size, strides, pad });
  const gradient = new Float64Array(x.length);
  for (let window = 0; window < batch * rows! * columns!; window++) {
    const top = (Math.floor(window / columns!) % rows!) * strides[0] - before[0]!;
    const left = (window % columns!) * strides[1] - before[1]!;
    for (let c = 0; c < channels; c++) {
      let best = -1;
      for (let row = Math.max(0, top); row < Math.min(height, top + size[0]); row++) {
        for (let column = Math.max(0, left); column < Math.min(width, left + size[1]); column++) {
          const image = Math.floor(window / (rows! * columns!));
          const at = ((image * height + row) * width + column) * channels + c;
          if (best < 0 || x[at]! > x[best]!) best = at;
        }
      }
      gradient[best]! += dy[window * channels + c]!;
    }
  }
  return gradient;
}

function outputSize({ shape, size, strides, pad }: Pool): number[] {
  return [0, 1].map((axis) => {
    const length = shape[axis + 1]!;
    if (pad === 'same') return Math.ceil(length / strides[axis]!);
    return Math.floor((length + 2 * (pad === 'valid' ? 0 : pad) - size[axis]!) / strides[axis]!) + 1;
  });
}

/** tfjs-core takes the rows' size and stride for the columns too when the padding is a number. */
function isSquare({ size, strides }: Pool): boolean {
  return size[0] > 1 && size[0] === size[1] && strides[0] === strides[1];
}

onWasm('maxPool gradient', () => {
  const pool: fc.Arbitrary<Pool> = fc
    .record({
      shape: fc.tuple(small(2), small(7), small(7), small(3)),
      size: fc.tuple(small(3), small(3)),
      strides: fc.tuple(small(3), small(3)),
      pad: fc.oneof(fc.constantFrom('same' as const, 'valid' as const), fc.constant(1)),
    })
    .filter((p) => outputSize(p).every((length) => length > 0) && (p.pad !== 1 || isSquare(p)));

  it('goes to the first maximum of every window: negative windows and ties included', async () => {
    const levels = fc.constantFrom(2, 1000);
    await fc.assert(
      fc.asyncProperty(pool, levels, async (p, count) => {
        const random = randomStream(seed).child('levels');
        const x = Float32Array.from({ length: tf.util.sizeFromShape(p.shape) }, () => random.integer(count) - count);
        const dyShape = [p.shape[0], ...outputSize(p), p.shape[3]];
        const dy = normals(seed, 'dy', dyShape);
        const gradient = tf.grad((input) => tf.maxPool(input as tf.Tensor4D, p.size, p.strides, p.pad));
        const actual = await valuesOf(() => gradient(tf.tensor(x, p.shape), tf.tensor(dy, dyShape)));
        expectClose(actual, maxPoolGradient(p, x, dy), GRADIENT_TOLERANCE);
      }),
      { seed, numRuns: 100 },
    );
  });

  it('is not lost in a window of -Infinity', async () => {
    const gradient = tf.grad((x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'));
    const actual = await valuesOf(() => gradient(tf.fill([1, 2, 2, 1], -Infinity), tf.tensor4d([3], [1, 1, 1, 1])));
    expect(Array.from(actual)).toEqual([3, 0, 0, 0]);
  });

  it('leaves nothing behind', () => {
    const x = tf.ones([1, 4, 4, 1]);
    expectBalanced(() => tf.grad((input) => tf.maxPool(input as tf.Tensor4D, 2, 2, 'valid'))(x));
    x.dispose();
  });
});

onWasm('tile', () => {
  it('repeats along every axis', async () => {
    const shape = fc.array(fc.tuple(small(4), fc.integer({ min: 0, max: 4 })), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(shape, fc.constantFrom('float32' as const, 'int32' as const), async (axes, dtype) => {
        const [sizes, reps] = [axes.map(([size]) => size), axes.map(([, count]) => count)];
        const tiled = axes.map(([size, count]) => size * count);
        const x = Array.from({ length: tf.util.sizeFromShape(sizes) }, (_, i) => i);
        const expected = Array.from({ length: tf.util.sizeFromShape(tiled) }, (_, at) => {
          let [from, stride, rest] = [0, 1, at];
          for (let axis = sizes.length - 1; axis >= 0; axis--) {
            from += (rest % sizes[axis]!) * stride;
            stride *= sizes[axis]!;
            rest = Math.floor(rest / tiled[axis]!);
          }
          return x[from]!;
        });
        const actual = await valuesOf(() => tf.tile(tf.tensor(x, sizes, dtype), reps));
        expect(Array.from(actual)).toEqual(expected);
      }),
      { seed, numRuns: 100 },
    );
  });

  it('repeats booleans and scalars', async () => {
    const bools = await valuesOf(() => tf.tile(tf.tensor1d([true, false], 'bool'), [3]));
    expect(Array.from(bools)).toEqual([1, 0, 1, 0, 1, 0]);
    expect(Array.from(await valuesOf(() => tf.tile(tf.scalar(7), [])))).toEqual([7]);
  });

  it('leaves nothing behind', () => {
    const x = tf.ones([2, 3]);
    expectBalanced(() => tf.tile(x, [2, 2]));
    x.dispose();
  });
});

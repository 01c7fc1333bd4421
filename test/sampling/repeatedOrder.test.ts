import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { repeatedOrder, shuffledOrder } from '../../src/sampling/index.js';
import { refusal } from '../support/errors.js';

describe('repeatedOrder', () => {
  it('gives each example equally often, give or take one, in whole shuffles', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 40 }), fc.nat(), (size, length, seed) => {
        const order = repeatedOrder(shuffledOrder(size), length)(randomStream(seed));
        expect(order).toHaveLength(length);
        for (let start = 0; start < length; start += size) {
          const part = order.subarray(start, start + size);
          expect(new Set(part).size).toBe(part.length);
        }
      }),
    );
  });

  it('draws every repetition anew, and tells the order its pass', () => {
    const order = repeatedOrder(shuffledOrder(50), 100)(randomStream(1));
    expect(order.subarray(0, 50)).not.toEqual(order.subarray(50));
    const passes: (number | undefined)[] = [];
    const told = (_: unknown, pass?: number) => {
      passes.push(pass);
      return Int32Array.of(0, 1);
    };
    repeatedOrder(told, 3)(randomStream(1), 7);
    expect(passes).toEqual([7, 7]);
  });

  it('refuses a length of nothing', () => {
    const message = 'repeatedOrder: expected length to be an integer of at least 1, got 0';
    expect(() => repeatedOrder(shuffledOrder(2), 0)).toThrow(refusal('InvalidArgumentError', message));
  });
});

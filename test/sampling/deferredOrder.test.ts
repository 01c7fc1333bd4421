import { expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { classBalancedOrder, deferredOrder, shuffledOrder } from '../../src/sampling/index.js';
import { refusal } from '../support/errors.js';

const labels = [...new Array<number>(95).fill(0), ...new Array<number>(5).fill(1)];
const before = shuffledOrder(100);
const after = classBalancedOrder(labels, 2);
const order = deferredOrder({ before, after, fromPass: 3 });

it('takes the one order before the pass, the other from it on, with the same draws', () => {
  for (const pass of [0, 1, 2]) expect(order(randomStream(7), pass)).toEqual(before(randomStream(7)));
  for (const pass of [3, 4, 100]) expect(order(randomStream(7), pass)).toEqual(after(randomStream(7)));
});

it('nests: three stages', () => {
  const three = deferredOrder({ before: order, after: () => Int32Array.of(9), fromPass: 5 });
  expect(three(randomStream(7), 2)).toEqual(before(randomStream(7)));
  expect(three(randomStream(7), 4)).toEqual(after(randomStream(7)));
  expect(three(randomStream(7), 5)).toEqual(Int32Array.of(9));
});

it('refuses a pass that is none', () => {
  const message = 'deferredOrder: expected fromPass to be an integer of at least 0, got 1.5';
  expect(() => deferredOrder({ before, after, fromPass: 1.5 })).toThrow(refusal('InvalidArgumentError', message));
  const untold = 'deferredOrder: expected the number of the pass, got undefined';
  expect(() => order(randomStream(1))).toThrow(refusal('InvalidArgumentError', untold));
});

import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { drawCutMixPlan, mixInputs, mixTargets, type BoxPlan } from '../../src/mixup/index.js';
import { expectBalanced, onEachBackend } from '../support/backends.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { oneHotRows } from '../support/reference.js';
import { insideBox, mixedRows } from './reference.js';

seedProperties();

const [B, H, W, channels] = [5, 6, 4, 2];
const pixels = Float32Array.from({ length: B * H * W * channels }, (_, i) => Math.sin(i));
const at = (b: number, row: number, column: number, c: number): number => ((b * H + row) * W + column) * channels + c;

/** A value of every pixel of the batch. */
function everyPixel(value: (b: number, row: number, column: number, c: number) => number): Float32Array {
  const out = new Float32Array(pixels.length);
  for (let b = 0; b < B; b++)
    for (let row = 0; row < H; row++)
      for (let column = 0; column < W; column++)
        for (let c = 0; c < channels; c++) out[at(b, row, column, c)] = value(b, row, column, c);
  return out;
}

const pasted = (plan: BoxPlan): Float32Array =>
  everyPixel((b, row, column, c) => {
    const from = insideBox(plan, b, row, column) ? plan.partners[B + b]! : b;
    return pixels[at(from, row, column, c)]!;
  });

/** The plans that most seeds give, one box and a box each. */
const plansOf = (perExample: boolean): BoxPlan[] =>
  [1, 2, 3].map((seed) =>
    drawCutMixPlan({ batchSize: B, height: H, width: W, perExample, random: randomStream(seed).child('boxes') }),
  );

onEachBackend('CutMix', (test) => {
  for (const perExample of [false, true]) {
    const name = perExample ? 'a box for each image' : 'one box for the batch';
    test(`pastes pixels bit for bit: ${name}`, async () => {
      for (const plan of plansOf(perExample)) {
        const mixed = mixInputs(tf.tensor4d(pixels, [B, H, W, channels]), plan);
        expect(mixed.shape).toEqual([B, H, W, channels]);
        expect(await mixed.data()).toEqual(pasted(plan));
      }
    });

    test(`mixes targets by area: ${name}`, async () => {
      const labels = [0, 1, 2, 1, 0];
      for (const plan of plansOf(perExample)) {
        const mixed = mixTargets(tf.tensor1d(labels, 'int32'), plan, { numClasses: 3 });
        expectClose(await mixed.data(), mixedRows(oneHotRows(labels, 3), plan).flat(), VALUE_TOLERANCE);
      }
    });

    test(`sends gradients where the pixels came from: ${name}`, async () => {
      for (const plan of plansOf(perExample)) {
        const input = tf.tensor4d(pixels, [B, H, W, channels]);
        const upstream = Float32Array.from(pixels, (_, i) => Math.cos(i));
        const weights = tf.tensor4d(upstream, [B, H, W, channels]);
        const gradient = tf.grad((image) => tf.sum(tf.mul(mixInputs(image, plan), weights)))(input);
        const expected = new Float32Array(pixels.length);
        everyPixel((b, row, column, c) => {
          const from = insideBox(plan, b, row, column) ? plan.partners[B + b]! : b;
          return (expected[at(from, row, column, c)]! += upstream[at(b, row, column, c)]!);
        });
        expectClose(await gradient.data(), expected, VALUE_TOLERANCE);
      }
    });

    test(`leaves nothing behind: ${name}`, () => {
      const input = tf.tensor4d(pixels, [B, H, W, channels]);
      const plan = plansOf(perExample)[0]!;
      expectBalanced(() => mixInputs(input, plan));
      expectBalanced(() => tf.grad((image) => tf.sum(mixInputs(image, plan)))(input));
    });
  }
});

const plans = fc.record({
  batchSize: fc.integer({ min: 2, max: 6 }),
  height: fc.integer({ min: 1, max: 9 }),
  width: fc.integer({ min: 1, max: 9 }),
  alpha: fc.double({ min: 0.05, max: 10, noNaN: true }),
  perExample: fc.boolean(),
  seed: fc.integer(),
});

describe('drawCutMixPlan', () => {
  it('has boxes inside the images and exact shares of the area', () => {
    fc.assert(
      fc.property(plans, ({ seed, ...options }) => {
        const plan = drawCutMixPlan({ ...options, random: randomStream(seed) });
        const columns = options.perExample ? options.batchSize : 1;
        expect(plan.boxes).toHaveLength(4 * columns);
        const area = options.height * options.width;
        for (let b = 0; b < columns; b++) {
          let inside = 0;
          for (let row = 0; row < options.height; row++) {
            for (let column = 0; column < options.width; column++) inside += Number(insideBox(plan, b, row, column));
          }
          const [top, left, bottom, right] = plan.boxes.subarray(4 * b);
          expect((bottom! - top!) * (right! - left!)).toBe(inside);
          expect(plan.weights[b]).toBe(Math.fround((area - inside) / area));
          expect(plan.weights[columns + b]).toBe(Math.fround(inside / area));
        }
        expect(plan).toEqual(drawCutMixPlan({ ...options, random: randomStream(seed) }));
      }),
    );
  });

  it('cuts no more than was drawn, and that much where the box fits', () => {
    // Of alpha 1e6 the area is one half: a box of floor(64 sqrt(1/2)) = 45 pixels a side.
    const random = randomStream(1);
    const sides = Array.from({ length: 200 }, () => {
      const [top, left, bottom, right] = drawCutMixPlan({
        batchSize: 2,
        height: 64,
        width: 64,
        alpha: 1e6,
        random,
      }).boxes;
      return [bottom! - top!, right! - left!];
    }).flat();
    expect(Math.max(...sides)).toBe(45);
    // A centre at the border leaves half of the box.
    expect(Math.min(...sides)).toBeGreaterThanOrEqual(22);
    expect(Math.min(...sides)).toBeLessThan(26);
  });
});

import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { drawMixtures } from '../../src/mixup/drawMixtures.js';
import { GapSums } from '../../src/mixup/gapSums.js';
import { probeLinearity, type LayerLinearity, type ProbeLinearityOptions } from '../../src/mixup/index.js';
import { mlp } from '../../src/models/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { expectPrinted, softmax } from '../support/reference.js';

seedProperties();

type Rows = readonly (readonly number[])[];
/** Measures of one mixture, from what a layer makes of its points and of itself. */
function measure(points: Rows, mixed: readonly number[], shares: readonly number[]) {
  const sums = new GapSums();
  sums.add([...points.flat(), ...mixed], shares, points.length);
  return sums.result();
}

const mix = (rows: Rows, shares: readonly number[]): number[] =>
  rows[0]!.map((_, d) => rows.reduce((sum, row, k) => sum + shares[k]! * row[d]!, 0));
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, d) => sum + value * b[d]!, 0);
const minus = (a: readonly number[], b: readonly number[]): number[] => a.map((value, d) => value - b[d]!);
const squared = (a: readonly number[]): number => dot(a, a);

/** The same from the definitions, over mixtures; the spread by its second form. */
function reference(mixtures: { points: Rows; mixed: readonly number[]; shares: readonly number[] }[]) {
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const gap = mean(mixtures.map(({ points, mixed, shares }) => squared(minus(mixed, mix(points, shares)))));
  const spreads = mixtures.map(({ points, shares: l }) =>
    points.reduce(
      (sum, h, i) => sum + points.slice(i + 1).reduce((s, g, j) => s + l[i]! * l[i + 1 + j]! * squared(minus(h, g)), 0),
      0,
    ),
  );
  const means = mixtures.map(({ points, shares }) => squared(mix(points, shares)));
  const cosines = mixtures.map(({ points, mixed, shares }) => {
    const lin = mix(points, shares);
    return 1 - dot(mixed, lin) / Math.sqrt(squared(mixed) * squared(lin));
  });
  return {
    gapOverSpread: gap / mean(spreads),
    gapOverMean: gap / mean(means),
    cosineDistance: mean(cosines),
    gap,
  };
}

const numbersOf = ({ gapOverSpread, gapOverMean, cosineDistance, gap }: Omit<LayerLinearity, 'layer' | 'shape'>) => [
  gapOverSpread!,
  gapOverMean!,
  cosineDistance!,
  gap,
];

describe('the measures of linearity', () => {
  const shares = [0.5, 0.3, 0.2];

  it('A2: Jensen gaps of a square and of a rectifier', () => {
    const ofSquare = measure([[0], [1], [9]], [0.9 ** 2], shares);
    expect(Math.sqrt(ofSquare.gap)).toBeCloseTo(1.29, 12);
    // The gap of the square is the weighted variance.
    expect(Math.sqrt(ofSquare.gap)).toBeCloseTo(mix([[0], [1], [9]], shares)[0]! - 0.9 ** 2, 12);
    expect(Math.sqrt(measure([[0], [1], [3]], [0], shares).gap)).toBeCloseTo(0.9, 12);
  });

  it('A3: the spread, both ways', () => {
    const points = [[1, 0], [0, 2], [3, 1]]; // prettier-ignore
    const lin = mix(points, shares);
    expectPrinted(lin, '1.1, .8');
    // A gap of 1, so that the ratio is one over the spread.
    const { gapOverSpread, gap } = measure(points, [lin[0]! + 1, lin[1]!], shares);
    expect(gap / gapOverSpread!).toBeCloseTo(1.85, 12);
    const mixtures = [{ points, mixed: [lin[0]! + 1, lin[1]!], shares }];
    expect(1 / reference(mixtures).gapOverSpread).toBeCloseTo(1.85, 12);
  });

  it('A4: a rectified layer', () => {
    const h = ([a, b]: readonly number[]): number[] => [Math.max(0, a! - b!), Math.max(0, 0.5 * a! + b! - 0.5)];
    const x = [[1, 0], [0, 1], [-1, 2]]; // prettier-ignore
    const [points, mixed] = [x.map(h), h(mix(x, shares))];
    expectPrinted([...points.flat(), ...mixed], '1, 0, 0, .5, 0, 1, 0, .35');
    const { gapOverSpread, gapOverMean, cosineDistance, gap } = measure(points, mixed, shares);
    expectPrinted([gap, gap / gapOverSpread!], '.25, .4025');
    expectPrinted([gapOverSpread!, gapOverMean!, 1 - cosineDistance!], '.621118, .671141, .573462');
  });

  const number = fc.integer({ min: -50, max: 50 }).map((value) => value / 10);
  const vectors = (count: number) =>
    fc.array(fc.array(number, { minLength: 3, maxLength: 3 }), { minLength: count, maxLength: count });
  const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 }).map((parts) => {
    const total = parts.reduce((sum, part) => sum + part, 0);
    return parts.map((part) => part / total);
  });
  const mixture = fc.record({ points: vectors(3), mixed: vectors(1).map(([row]) => row!), shares: weights });
  const mixtures = fc.array(mixture, { minLength: 1, maxLength: 4 }).filter((all) =>
    all.every(({ points, mixed, shares: l }) => squared(mixed) > 0.1 && squared(mix(points, l)) > 0.1) &&
    reference(all).gapOverSpread < 1e6); // prettier-ignore

  const measured = (all: { points: Rows; mixed: readonly number[]; shares: readonly number[] }[]) => {
    const sums = new GapSums();
    const activations = [...all.flatMap(({ points }) => points.flat()), ...all.flatMap(({ mixed }) => mixed)];
    sums.add(activations, all.flatMap(({ shares: l }) => l), 3); // prettier-ignore
    return numbersOf(sums.result());
  };

  it('are their definitions, whatever the batches', () => {
    fc.assert(
      fc.property(mixtures, (all) => {
        const expected = numbersOf(reference(all));
        expectClose(measured(all), expected, 1e-9);
        const sums = new GapSums();
        for (const { points, mixed, shares: l } of all) sums.add([...points.flat(), ...mixed], l, 3);
        expectClose(numbersOf(sums.result()), expected, 1e-9);
      }),
    );
  });

  it('are invariant to what they should be, and to no more', () => {
    const angle = fc.integer({ min: 1, max: 30 }).map((value) => value / 10);
    fc.assert(
      fc.property(mixtures, angle, fc.integer({ min: 2, max: 9 }), (all, theta, scale) => {
        const [cos, sin] = [Math.cos(theta), Math.sin(theta)];
        const mapped = (map: (h: readonly number[]) => number[]) =>
          measured(
            all.map(({ points, mixed, shares: l }) => ({ points: points.map(map), mixed: map(mixed), shares: l })),
          );
        const plain = measured(all);
        const [m1, m2, m3, m4] = plain as [number, number, number, number];
        const rotated = mapped(([a, b, c]) => [cos * a! - sin * b!, sin * a! + cos * b!, -c!]);
        expectClose(rotated, plain, 1e-9);
        expectClose(mapped((h) => h.map((value) => value * scale)), [m1, m2, m3, m4 * scale ** 2], 1e-9); // prettier-ignore
        const shifted = mapped((h) => h.map((value) => value + 1000));
        expectClose([shifted[0]!, shifted[3]!], [m1, m4], 1e-6);
        if (m4 > 0.01) expect(shifted[1]!).toBeLessThan(m2);
      }),
    );
  });

  it('are null where they are not defined', () => {
    expect(
      measure(
        [
          [1, 2],
          [1, 2],
        ],
        [1, 3],
        [0.5, 0.5],
      ),
    ).toEqual({
      // prettier-ignore
      gapOverSpread: null,
      gapOverMean: 0.2,
      cosineDistance: expect.closeTo(1 - 7 / Math.sqrt(50), 12) as number,
      gap: 1,
    });
    const dead = { gapOverSpread: null, gapOverMean: null, cosineDistance: null, gap: 0 };
    expect(measure([[0, 0], [0, 0]], [0, 0], [0.5, 0.5])).toEqual(dead); // prettier-ignore
  });
});

/** `27 x_1 x_2 x_3`: 0 on the edges of the triangle of the unit vectors, 1 in its middle. */
class Bubble extends tf.layers.Layer {
  static readonly className = 'TestBubble';
  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return [shape[0]!, 1];
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor2D;
    return tf.tidy(() => tf.mul(tf.prod(x, 1, true), 27));
  }
}

const corners = (): tf.Tensor2D => tf.tensor2d([[1, 0, 0], [0, 1, 0], [0, 0, 1]]); // prettier-ignore
const gaussian = (rows: number, columns: number, seed: number): number[][] => {
  const random = randomStream(seed);
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()));
};

onEachBackend('probeLinearity', (test) => {
  const random = (): ProbeLinearityOptions['random'] => randomStream(3);

  test('A5: a map that is linear between pairs and not inside triangles', async () => {
    const model = tf.sequential({ layers: [new Bubble({ inputShape: [3], name: 'bubble' })] });
    const options = { layers: ['bubble'], mixtures: 3000, softmax: false };
    const [pairs] = await probeLinearity(model, corners(), { ...options, points: 2, random: random() });
    expect(pairs).toEqual({ layer: 'bubble', shape: [1], gapOverSpread: null, gapOverMean: null, cosineDistance: null, gap: 0 }); // prettier-ignore
    const [triples] = await probeLinearity(model, corners(), { ...options, points: 3, random: random() });
    // E b^2 = 81/280; the standard deviation of b^2 is below .3, that of the mean below .0055: five of them.
    expect(Math.abs(triples!.gap - 81 / 280)).toBeLessThan(0.0275);
    model.dispose();
  });

  test('is near 0 for affine layers, and 0 for mixtures of one point', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ name: 'affine', units: 5, inputShape: [4], biasInitializer: 'ones' }),
        tf.layers.batchNormalization({ name: 'normalized' }),
        tf.layers.dropout({ rate: 0.5 }),
        tf.layers.dense({ name: 'logits', units: 3 }),
      ],
    });
    const x = tf.tensor2d(gaussian(40, 4, 1));
    for (const points of [1, 2, 5]) {
      const found = await probeLinearity(model, x, { points, mixtures: 50, random: random() });
      expect(found.map(({ layer }) => layer)).toEqual(['affine', 'normalized', 'logits', 'softmax']);
      for (const { layer, gapOverSpread, gapOverMean, cosineDistance, gap } of found) {
        if (points === 1) expect([layer, gap]).toEqual([layer, 0]);
        else if (layer === 'softmax') expect(gapOverSpread!).toBeGreaterThan(1e-4);
        // Squares of float32 rounding.
        else expect(Math.max(gapOverSpread!, gapOverMean!, cosineDistance!, gap)).toBeLessThan(1e-11);
      }
    }
    model.dispose();
  });

  test('equals a float64 loop over layers and softmax, in batches of any size', async () => {
    const model = mlp({ inputShape: [3], hiddenUnits: [4], numClasses: 3, random: randomStream(1) });
    const weights = await Promise.all(model.getWeights().map(async (w) => (await w.array()) as number[][]));
    const affine = (h: readonly number[], at: number): number[] =>
      (weights[at + 1] as unknown as number[]).map((bias, j) => bias + dot(h, weights[at]!.map((row) => row[j]!))); // prettier-ignore
    const rectified = (x: readonly number[]): number[] => affine(x, 0).map((value) => Math.max(0, value));
    const logits = (x: readonly number[]): number[] => affine(rectified(x), 2);
    const maps = [rectified, logits, (x: readonly number[]) => softmax(logits(x))];
    const rows = gaussian(2, 3, 5);
    // The mixtures that the probe draws from an equal stream.
    const stream = random();
    const { examples, shares } = drawMixtures('', 2, { mixtures: 7, points: 2, alpha: 1, within: 'any' }, stream);
    const expected = maps.map((map) =>
      reference(
        Array.from({ length: 7 }, (_, i) => {
          const [own, l] = [2 * i, [...shares.subarray(2 * i, 2 * i + 2)]];
          const inputs = [...examples.subarray(own, own + 2)].map((b) => rows[b]!);
          return { points: inputs.map(map), mixed: map(mix(inputs, l)), shares: l };
        }),
      ),
    );
    for (const batchSize of [1, 3, 7, 100]) {
      const found = await probeLinearity(model, tf.tensor2d(rows), { mixtures: 7, batchSize, random: random() });
      expect(found.map(({ layer }) => layer)).toEqual(['features', 'logits', 'softmax']);
      found.forEach((layer, i) => expectClose(numbersOf(layer), numbersOf(expected[i]!), VALUE_TOLERANCE));
    }
    model.dispose();
  });

  test('takes images, residual blocks, shared layers and models inside models, and changes none of them', async () => {
    const image = tf.input({ shape: [4, 4, 1] });
    const convolution = tf.layers.conv2d({ name: 'shared', filters: 1, kernelSize: 3, padding: 'same' });
    const relu = tf.layers.reLU({ name: 'relu' });
    const twice = convolution.apply(relu.apply(convolution.apply(image))) as tf.SymbolicTensor;
    const sum = tf.layers.add({ name: 'sum' }).apply([image, twice]) as tf.SymbolicTensor;
    const inner = tf.sequential({ name: 'inner', layers: [tf.layers.flatten({ inputShape: [4, 4, 1] }), tf.layers.dense({ units: 2, activation: 'softmax' })] }); // prettier-ignore
    const model = tf.model({ inputs: image, outputs: inner.apply(sum) as tf.SymbolicTensor });
    const x = tf.tensor(gaussian(6, 16, 2).flat(), [6, 4, 4, 1]);
    const before = model.toJSON();
    const found = await probeLinearity(model, x, { random: random() });
    expect(found.map(({ layer, shape }) => [layer, shape])).toEqual([
      ['shared', [4, 4, 1]],
      ['relu', [4, 4, 1]],
      ['shared', [4, 4, 1]],
      ['inner', [2]],
    ]); // prettier-ignore
    expect(found[0]!.gapOverSpread!).toBeLessThan(1e-11);
    expect(found[2]!.gapOverSpread!).toBeGreaterThan(1e-3);
    const some = await probeLinearity(model, x, { random: random(), layers: ['sum'], softmax: false });
    expect(some.map(({ layer }) => layer)).toEqual(['sum']);
    expect(some[0]!.gap).toBeCloseTo(found[2]!.gap, 5); // a shift of every simplex by an affine map changes no gap
    expect(model.toJSON()).toEqual(before);
    model.dispose();
  });

  test('leaves nothing behind, and the same stream gives the same mixtures', async () => {
    const model = mlp({ inputShape: [3], hiddenUnits: [4], numClasses: 3, random: randomStream(1) });
    const x = tf.tensor2d(gaussian(9, 3, 5));
    const before = tf.memory().numTensors;
    const options = { points: 3, mixtures: 20, batchSize: 6, alpha: 0.3 };
    const first = await probeLinearity(model, x, { ...options, random: random() });
    expect(await probeLinearity(model, x, { ...options, random: random() })).toEqual(first);
    expect(tf.memory().numTensors).toBe(before);
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
    const ruined = tf.mul<tf.Tensor2D>(x, Infinity);
    await expect(probeLinearity(model, ruined, { ...options, random: random() })).rejects.toThrow();
    ruined.dispose();
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { drawMixtures } from '../../src/mixup/drawMixtures.js';
import { probeLinearity, type ProbeLinearityOptions } from '../../src/mixup/index.js';
import { mlp } from '../../src/models/index.js';
import { refusal } from '../support/errors.js';

const labels = [0, 0, 0, 0, 0, 1, 1, 2];
const options = { mixtures: 4000, points: 2, alpha: 1, within: 'any', labels } as const;

function rowsOf(changes: Partial<Parameters<typeof drawMixtures>[2]>): number[][] {
  const points = changes.points ?? options.points;
  const { examples } = drawMixtures('test', 8, { ...options, ...changes }, randomStream(6));
  return Array.from({ length: options.mixtures }, (_, i) => [...examples.subarray(i * points, (i + 1) * points)]);
}

/** How often each example is the point k. */
function shareOf(rows: number[][], k: number): number[] {
  return labels.map((_, b) => rows.filter((row) => row[k] === b).length / rows.length);
}

/** Six standard deviations of a share of 4000 draws are below this: a false alarm in 10^8 for each. */
const NEAR = 0.048;

describe('the mixtures of a probe', () => {
  it('are of different examples, each as likely as the other', () => {
    const rows = rowsOf({ points: 3 });
    expect(rows.every((row) => new Set(row).size === 3)).toBe(true);
    for (const k of [0, 2]) for (const share of shareOf(rows, k)) expect(Math.abs(share - 1 / 8)).toBeLessThan(NEAR);
  });

  it('are of one class, which has enough examples', () => {
    const rows = rowsOf({ within: 'class' });
    expect(rows.every(([a, b]) => a !== b && labels[a!] === labels[b!])).toBe(true);
    const shares = shareOf(rows, 0);
    expect(shares[7]).toBe(0);
    for (const share of shares.slice(0, 7)) expect(Math.abs(share - 1 / 7)).toBeLessThan(NEAR);
  });

  it('are each of another class', () => {
    const rows = rowsOf({ within: 'across', points: 3 });
    expect(rows.every((row) => new Set(row.map((b) => labels[b])).size === 3)).toBe(true);
    for (const share of shareOf(rows, 0)) expect(Math.abs(share - 1 / 8)).toBeLessThan(NEAR);
    // Given a first point of class 2, the second is any of the seven others.
    const second = rows.filter(([first]) => first === 7);
    const ofClass0 = second.filter(([, b]) => labels[b!] === 0).length / second.length;
    expect(Math.abs(ofClass0 - 5 / 7)).toBeLessThan(6 * Math.sqrt(10 / 49 / second.length));
  });

  it('have shares on the simplex', () => {
    const { shares } = drawMixtures('test', 8, { ...options, points: 4, mixtures: 100 }, randomStream(1));
    for (let i = 0; i < shares.length; i += 4) {
      const own = shares.subarray(i, i + 4);
      expect(own.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
    }
  });
});

describe('probeLinearity refuses', () => {
  beforeAll(() => tf.setBackend('cpu'));
  const probe =
    (changes: Partial<ProbeLinearityOptions>, x: tf.Tensor = tf.ones([4, 3])) =>
    async () => {
      const model = mlp({ inputShape: [3], hiddenUnits: [4], numClasses: 2, random: randomStream(1) });
      try {
        await probeLinearity(model, x, { random: randomStream(1), ...changes });
      } finally {
        model.dispose();
        x.dispose();
      }
    };
  const cases: [string, () => Promise<unknown>, string][] = [
    ['another input shape', probe({}, tf.ones([4, 2])), 'x of shape [any, 3], got [4, 2]'],
    ['integers', probe({}, tf.ones([4, 3], 'int32')), 'x of dtype float32, got int32'],
    ['more points than examples', probe({ points: 5 }), 'points of at most 4, the number of examples in x, got 5'],
    ['no points', probe({ points: 0 }), 'points to be an integer of at least 1, got 0'],
    ['no mixtures', probe({ mixtures: 0 }), 'mixtures to be an integer of at least 1, got 0'],
    ['no batch', probe({ batchSize: 0 }), 'batchSize to be an integer of at least 1, got 0'],
    ['alpha 0', probe({ alpha: 0 }), 'alpha to be positive and finite, got 0'],
    [
      'an unknown way',
      probe({ within: 'classes' as 'class' }),
      'within to be one of any, class, across, got classes. Did you mean "class"?',
    ],
    ['no labels', probe({ within: 'class' }), "labels with within: 'class', got none. Give the class ids of x"],
    ['too few labels', probe({ within: 'class', labels: [0, 0] }), 'labels of length 4, got 2'],
    [
      'a label that is no class',
      probe({ within: 'class', labels: [0, 0, 0, -1] }),
      'labels[3] to be an integer in 0..2147483647, got -1',
    ],
    [
      'classes too small',
      probe({ within: 'class', labels: [0, 0, 1, 1], points: 3 }),
      "a class of at least 3 examples with within: 'class', got classes of at most 2",
    ],
    [
      'too few classes',
      probe({ within: 'across', labels: [0, 0, 1, 1], points: 3 }),
      "labels of at least 3 classes with within: 'across', got 2. Every point of a mixture is of another class",
    ],
    [
      'an unknown layer',
      probe({ layers: ['feature'] }),
      'layers to name layers of "mlp", got feature. Did you mean "features"?',
    ],
    [
      'nothing to probe',
      probe({ layers: [], softmax: false }),
      'layers of "mlp" to probe, got none. Name some with the option layers',
    ],
    [
      'activations that are not finite',
      probe({}, tf.fill([4, 3], Infinity)),
      'finite activations in layer "features", got NaN or Infinity',
    ],
  ];
  it.each(cases)('%s', async (_, work, message) => {
    await expect(work()).rejects.toThrow(refusal('InvalidArgumentError', `probeLinearity: expected ${message}`));
  });

  it('a model without layers, and one with two inputs', async () => {
    const empty = tf.sequential({ name: 'empty' });
    const [a, b] = [tf.input({ shape: [3] }), tf.input({ shape: [3] })];
    const outputs = tf.layers.add().apply([a, b]) as tf.SymbolicTensor;
    const two = tf.model({ name: 'two', inputs: [a, b], outputs });
    for (const [model, got] of [
      [empty, 0],
      [two, 2],
    ] as const) {
      // prettier-ignore
      const message = `probeLinearity: expected "${model.name}" to have one input, got ${got}`;
      await expect(probeLinearity(model, tf.ones([4, 3]), { random: randomStream(1) })).rejects.toThrow(
        refusal('InvalidArgumentError', message),
      );
    }
  });
});

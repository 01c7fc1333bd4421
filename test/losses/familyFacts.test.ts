/** The worked example of the losses beside logit adjustment: f, counts (70, 20, 10), labels 0, 1, 2. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import * as losses from '../../src/losses/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { expectPrinted, logSumExp, oneHotRows } from '../support/reference.js';
import { focal, pairwise } from './family.js';
import type { Loss, RowReference } from './family.js';

const pi = [0.7, 0.2, 0.1];
const classCounts = [70, 20, 10];
const f = [1, 0.5, -0.2];
const cosines = [0.3, 0.1, 0.2];
const labels = [0, 1, 2];
const cifar10Counts = [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50];

const one = (): number => 1;
const root = pi.map(Math.sqrt);
const margins = pi.map((prior) => 0.5 * (0.1 / prior) ** 0.25);
const scaled = (gamma: number): number[] => f.map((value, y) => value / (0.7 / pi[y]!) ** gamma);

interface Fact {
  readonly name: string;
  readonly loss: Loss;
  readonly row: RowReference;
  readonly printed: string;
  readonly logits?: readonly number[];
}

const vectorScaling = (gamma: number, tau: number, printed: string): Fact => ({
  name: `vector scaling, gamma ${gamma}, tau ${tau}`,
  loss: (targets, x, options) => losses.vectorScalingCrossEntropy(targets, x, { classCounts, gamma, tau, ...options }),
  row: (q, _, inside) => pairwise(one, (y, k) => tau * Math.log(pi[k]! / pi[y]!))(q, scaled(gamma), inside),
  printed,
});
const focalFact = (gamma: number, printed: string): Fact => ({
  name: `focal, gamma ${gamma}`,
  loss: (targets, x, options) => losses.focalCrossEntropy(targets, x, { gamma, ...options }),
  row: focal(gamma, one),
  printed,
});

const facts: readonly Fact[] = [
  {
    name: 'the delta = sqrt(pi) member',
    loss: (targets, x, options) => losses.consistentCrossEntropy(targets, x, { classCounts, delta: root, ...options }),
    row: pairwise(
      (y) => root[y]! / pi[y]!,
      (y, k) => Math.log(root[k]! / root[y]!),
    ),
    printed: '0.434208078839, 3.330994500167, 8.020293882591',
  },
  {
    name: 'adaptive margins',
    loss: (targets, x, options) => {
      const positive = pi.map((prior) => prior ** -0.25);
      return losses.pairwiseMarginCrossEntropy(targets, x, { margins: { positive }, ...options });
    },
    row: pairwise(one, (y) => pi[y]! ** -0.25),
    // The worked example prints the first with ...5417: in exact arithmetic it is ...8416.
    printed: '1.310668518416, 2.358018028114, 3.483536133692',
  },
  {
    name: 'equalised',
    loss: (targets, x, options) => losses.equalizedCrossEntropy(targets, x, { classCounts, ...options }),
    row: pairwise(one, (_, k) => Math.log(pi[k]!)),
    // The worked example prints the last with ...965: in exact arithmetic it is ...9636.
    printed: '0.141000786112, 0.790166544272, 1.315558646964',
  },
  focalFact(1, '0.307334574251, 0.781587145064, 1.554476354365'),
  focalFact(2, '0.146234523179, 0.533093992949, 1.309053501493'),
  vectorScaling(0.3, 1, '0.178292926730, 2.087695981604, 3.235761040846'),
  vectorScaling(0, 1, '0.195831730977, 1.948594699473, 3.341741880033'),
  vectorScaling(0.3, 0, '0.613907390292, 1.270547476671, 1.725465355353'),
  {
    name: 'LDAM on cosines',
    loss: (targets, x, options) => losses.ldamCrossEntropy(targets, x, { classCounts, ...options }),
    row: pairwise(one, (y) => 30 * margins[y]!),
    printed: '6.272299312895, 18.662033588235, 18.002475700330',
    logits: cosines.map((cosine) => 30 * cosine),
  },
];

describe('the references reproduce the printed values', () => {
  it.each(facts)('$name', ({ row, printed, logits = f }) => {
    const rows = oneHotRows(labels, 3);
    expectPrinted(
      rows.map((q) => row(q, logits, labels)),
      printed,
    );
  });

  it('inverse-prior cross-entropy, margins of LDAM', () => {
    expectPrinted([(logSumExp(f) - f[2]!) / pi[2]!], '18.459113653671');
    // The worked example prints the first with ...453: in exact arithmetic it is ...4756.
    expectPrinted(margins, '0.307394076476, 0.420448207627, 0.5');
    expectPrinted(
      cifar10Counts.map((count) => 0.5 * (50 / count) ** 0.25),
      '0.158113883, 0.179696997, 0.204237705, 0.232091150, 0.263829028, 0.299767651, 0.340675192, 0.387220914, 0.440497028, 0.5',
    );
  });
});

describe('class weights', () => {
  it('by inverse frequency', () => {
    expectClose(losses.inverseFrequencyWeights(classCounts), [1 / 0.7, 5, 10], 1e-15);
    const byExample = losses.inverseFrequencyWeights(classCounts).reduce((sum, w, y) => sum + w * pi[y]!, 0);
    expect(byExample).toBeCloseTo(3, 12);
  });

  it('by effective number', () => {
    const weights = (counts: number[], beta: number) => losses.effectiveNumberWeights(counts, { beta });
    expectPrinted(weights(classCounts, 0.9999), '0.2615447733, 0.9131226462, 1.8253325805');
    expectPrinted(weights(classCounts, 0.99), '0.3312239125, 0.9188791346, 1.7498969530');
    expectPrinted(
      weights(cifar10Counts, 0.9999),
      '0.050611, 0.076900, 0.121134, 0.195037, 0.318805, 0.524590, 0.868349, 1.442627, 2.409223, 3.992724',
    );
  });

  it('beta 0 weighs alike; beta towards 1 goes by inverse frequency', () => {
    expectClose(losses.effectiveNumberWeights(classCounts, { beta: 0 }), [1, 1, 1], 1e-15);
    const inverse = losses.inverseFrequencyWeights(classCounts);
    const sum = inverse.reduce((all, weight) => all + weight, 0);
    const limit = losses.effectiveNumberWeights(classCounts, { beta: 1 - 1e-15 });
    expectClose(
      limit,
      Array.from(inverse, (weight) => (3 * weight) / sum),
      1e-12,
    );
  });
});

onEachBackend('facts of the family', (test) => {
  for (const { name, loss, printed, logits = f } of facts) {
    test(name, async () => {
      const x = tf.tensor2d([logits, logits, logits] as number[][]);
      const value = loss(tf.tensor1d(labels, 'int32'), x, { reduction: 'none' });
      expectClose(await value.data(), printed.split(',').map(Number), VALUE_TOLERANCE);
    });
  }

  test('inverse-prior cross-entropy', async () => {
    const classWeights = losses.inverseFrequencyWeights(classCounts);
    const value = losses.weightedCrossEntropy(tf.tensor1d([2], 'int32'), tf.tensor2d([f]), { classWeights });
    expectClose(await value.data(), [18.459113653671], VALUE_TOLERANCE);
  });
});

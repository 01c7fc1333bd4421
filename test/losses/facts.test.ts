import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { balancedSoftmaxCrossEntropy, logitAdjustedCrossEntropy, softmaxCrossEntropy } from '../../src/losses/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, GRADIENT_TOLERANCE, VALUE_TOLERANCE } from '../support/numeric.js';
import {
  centralDifference,
  expectPrinted,
  logitAdjustedLoss,
  oneHotRows,
  softmax,
  softmaxLoss,
  softmaxLossGradient,
} from '../support/reference.js';

/** The worked example of logit adjustment: prior, counts, logits, labels. */
const pi = [0.7, 0.2, 0.1];
const classCounts = [70, 20, 10];
const f = [1, 0.5, -0.2];
const labels = [0, 1, 2];
const batch = [
  [1, 0.5, -0.2],
  [0, 0, 0],
  [-1, 2, 0.3],
  [0.2, -0.4, 1.1],
];
const batchLabels = [2, 0, 1, 2];

/** CIFAR-10-LT at imbalance ratio 100. */
const cifar10Counts = [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50];
const cifar10Total = cifar10Counts.reduce((sum, count) => sum + count, 0);
const cifar10Prior = cifar10Counts.map((count) => count / cifar10Total);

// The worked example was printed with a 16th decimal, 1, that is rounding noise: in exact arithmetic the number is ...05352.
const plainFacts = '0.645911365367053, 1.145911365367053, 1.845911365367053';
const adjustedFacts: readonly [number, string][] = [
  [0.5, '0.363284542762, 1.489666027010, 2.536239617290'],
  [1, '0.195831730977, 1.948594699473, 3.341741880033'],
  [2, '0.054165716219, 3.059691653210, 5.145986014330'],
];
const meanFacts: readonly [number, string][] = [
  [0, '0.910485064716'],
  [1, '1.347692742059'],
  [2, '2.207465608330'],
];
const meanGradientFacts =
  '0.205537641378, 0.035618537492, -0.241156178870, -0.075, 0.05, 0.025, ' +
  '0.034421464327, -0.052464687805, 0.018043223478, 0.165763235196, 0.025992226375, -0.191755461571';
const rowGradientFacts: readonly [number, string][] = [
  [2, '0.822150565512, 0.142474149967, -0.964624715478'],
  [0, '-0.177849434488, 0.142474149967, 0.035375284522'],
];

const offsets = (tau: number): number[] => pi.map((p) => tau * Math.log(p));
const numbers = (printed: string): number[] => printed.split(',').map(Number);

it('the references reproduce the printed values', () => {
  expectPrinted(softmaxLoss(oneHotRows(labels, 3), [f, f, f], { reduction: 'none' }), plainFacts);
  expectPrinted(softmax(f), '0.524184600659, 0.317934031649, 0.157881367692');
  for (const [tau, printed] of adjustedFacts) {
    expectPrinted(softmaxLoss(oneHotRows(labels, 3), [f, f, f], { offsets: offsets(tau), reduction: 'none' }), printed);
    const pairwise = labels.map((y) => logitAdjustedLoss(y, f, pi, tau));
    expectPrinted(pairwise, printed);
  }
  for (const [tau, printed] of meanFacts) {
    expectPrinted(softmaxLoss(oneHotRows(batchLabels, 3), batch, { offsets: offsets(tau) }), printed);
  }
});

it('the references reproduce the printed gradients', () => {
  // Central differences are good to 1e-10 here, two digits short of what is printed.
  const close = (actual: number[], printed: string): void => expectClose(actual, numbers(printed), 1e-9);
  for (const [y, printed] of rowGradientFacts) {
    close(softmaxLossGradient(oneHotRows([y], 3), [f], { offsets: offsets(1) }), printed);
  }
  close(softmaxLossGradient(oneHotRows([2], 3), [f]), '0.524184600659, 0.317934031649, -0.842118632308');
  close(softmaxLossGradient(oneHotRows(batchLabels, 3), batch, { offsets: offsets(1) }), meanGradientFacts);
  close([centralDifference((step) => logitAdjustedLoss(2, f, pi, 1 + step))], '1.698586684833');
});

it('at zero logits the adjusted loss averages to the prior entropy', () => {
  const zeros = new Array<number>(10).fill(0);
  const loss = (y: number, tau: number): number => logitAdjustedLoss(y, zeros, cifar10Prior, tau);
  const mean = (tau: number): number => cifar10Prior.reduce((sum, p, y) => sum + p * loss(y, tau), 0);
  expectPrinted([mean(1), mean(0.5), mean(2)], '1.643727770, 1.775061536, 1.915063882');
  expectPrinted([cifar10Prior.reduce((sum, _, y) => sum + loss(y, 1) / 10, 0)], '3.212179294');
});

onEachBackend('facts of logit adjustment', (test) => {
  const ids = (values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');
  const threeRows = (): tf.Tensor2D => tf.tensor2d([f, f, f]);

  test('plain cross-entropy by label', async () => {
    const loss = softmaxCrossEntropy(ids(labels), threeRows(), { reduction: 'none' });
    expectClose(await loss.data(), numbers(plainFacts), VALUE_TOLERANCE);
  });

  test('the adjusted loss by label, from priors and from counts', async () => {
    for (const [tau, printed] of adjustedFacts) {
      for (const statistics of [{ classPrior: pi }, { classCounts }]) {
        const options = { ...statistics, tau, reduction: 'none' } as const;
        const loss = logitAdjustedCrossEntropy(ids(labels), threeRows(), options);
        expectClose(await loss.data(), numbers(printed), VALUE_TOLERANCE);
      }
    }
    const balanced = balancedSoftmaxCrossEntropy(ids(labels), threeRows(), { classCounts, reduction: 'none' });
    expectClose(await balanced.data(), numbers(adjustedFacts[1]![1]), VALUE_TOLERANCE);
  });

  test('the batch: mean loss and its gradient', async () => {
    for (const [tau, printed] of meanFacts) {
      const loss = logitAdjustedCrossEntropy(ids(batchLabels), tf.tensor2d(batch), { classCounts, tau });
      expectClose(await loss.data(), numbers(printed), VALUE_TOLERANCE);
    }
    const targets = ids(batchLabels);
    const gradient = tf.grad((x) => logitAdjustedCrossEntropy(targets, x as tf.Tensor2D, { classCounts }));
    const actual = await gradient(tf.tensor2d(batch)).data();
    expectClose(actual, numbers(meanGradientFacts), GRADIENT_TOLERANCE);
  });

  test('zero logits at CIFAR-10-LT give the prior entropy, not log C', async () => {
    const zeros = tf.zeros<tf.Rank.R2>([10, 10]);
    const options = { classCounts: cifar10Counts, exampleWeights: cifar10Prior, reduction: 'sum' } as const;
    const loss = logitAdjustedCrossEntropy(tf.range(0, 10, 1, 'int32'), zeros, options);
    expectClose(await loss.data(), [1.64372777], VALUE_TOLERANCE);
  });

  test('large tau is not capped by a floor under the prior', async () => {
    // pi = 5/10847, tau 4: the offset is -30.73, where log(pi^tau + 1e-12) would stop at -27.59.
    const options = { classCounts: [10842, 5], tau: 4 };
    const loss = logitAdjustedCrossEntropy(ids([1]), tf.zeros([1, 2]), options);
    const expected = logitAdjustedLoss(1, [0, 0], [10842, 5], 4);
    expect(expected).toBeGreaterThan(30.7);
    expectClose(await loss.data(), [expected], VALUE_TOLERANCE);
  });

  test('a target prior enters as pi / nu', async () => {
    const nu = [0.2, 0.3, 0.5];
    const options = { classPrior: pi, targetPrior: nu, tau: 2, reduction: 'none' } as const;
    const loss = logitAdjustedCrossEntropy(ids(labels), threeRows(), options);
    const ratio = pi.map((p, y) => p / nu[y]!);
    const expected = labels.map((y) => logitAdjustedLoss(y, f, ratio, 2));
    expectClose(await loss.data(), expected, VALUE_TOLERANCE);
  });
});

it('log pi of the rarest CIFAR-100-LT class times tau, floored and not', () => {
  const p = 5 / 10847;
  expectPrinted([Math.log(p)], '-7.682205910606');
  expectPrinted(
    [2, 3, 4].map((tau) => tau * Math.log(p)),
    '-15.364411821212, -23.046617731818, -30.728823642424',
  );
  const floored = [2, 3, 4].map((tau) => Math.log(p ** tau + 1e-12));
  expectPrinted(floored, '-15.364407114927, -23.036459660838, -27.586862321279');
});

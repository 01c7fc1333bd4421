/** Which losses are consistent for the balanced error: the minimiser of the conditional risk, found in exact arithmetic. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import {
  consistentCrossEntropy,
  equalizedCrossEntropy,
  inverseFrequencyWeights,
  logitAdjustedCrossEntropy,
  pairwiseMarginCrossEntropy,
  softmaxCrossEntropy,
  weightedCrossEntropy,
} from '../../src/losses/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { centralDifference, expectPrinted } from '../support/reference.js';
import { pairwise } from './family.js';
import type { Loss, RowReference } from './family.js';

const pi = [0.7, 0.2, 0.1];
const classCounts = [70, 20, 10];
const conditional = [0.6, 0.3, 0.1];
const delta = pi.map(Math.sqrt);
const adaptive = pi.map((prior) => prior ** -0.25);
const classes = [0, 1, 2];

const one = (): number => 1;
/** log P(y|x) - log pi_y, centred. */
const balanced = '-0.237922156, 0.321693632, -0.083771476';

interface Risk {
  readonly name: string;
  readonly loss: Loss;
  readonly row: RowReference;
  readonly minimiser: string;
  readonly argmax: number;
}

const risks: readonly Risk[] = [
  {
    name: 'plain',
    loss: softmaxCrossEntropy,
    row: pairwise(one, () => 0),
    // log P(y|x), centred; the printed digits for this row, found by a minimiser, are off by 5e-9.
    minimiser: '0.828302217, 0.135155036, -0.963457253',
    argmax: 0,
  },
  {
    name: 'logit-adjusted, tau 1',
    loss: (targets, x) => logitAdjustedCrossEntropy(targets, x, { classCounts }),
    row: pairwise(one, (y, k) => Math.log(pi[k]! / pi[y]!)),
    minimiser: balanced,
    argmax: 1,
  },
  {
    name: 'inverse-prior weights',
    loss: (targets, x) => weightedCrossEntropy(targets, x, { classWeights: inverseFrequencyWeights(classCounts) }),
    row: pairwise(
      (y) => 1 / pi[y]!,
      () => 0,
    ),
    minimiser: balanced,
    argmax: 1,
  },
  {
    name: 'the delta = sqrt(pi) member of the consistent family',
    loss: (targets, x) => consistentCrossEntropy(targets, x, { classCounts, delta }),
    row: pairwise(
      (y) => delta[y]! / pi[y]!,
      (y, k) => Math.log(delta[k]! / delta[y]!),
    ),
    minimiser: balanced,
    argmax: 1,
  },
  {
    name: 'adaptive margins',
    loss: (targets, x) => pairwiseMarginCrossEntropy(targets, x, { margins: { positive: adaptive } }),
    row: pairwise(one, (y) => adaptive[y]!),
    minimiser: '1.16767, 0.03431, -1.20198',
    argmax: 0,
  },
  {
    name: 'equalised, tau 0.5',
    loss: (targets, x) => equalizedCrossEntropy(targets, x, { classCounts, tau: 0.5 }),
    row: pairwise(one, (_, k) => 0.5 * Math.log(pi[k]!)),
    minimiser: '0.37674, 0.14081, -0.51755',
    argmax: 0,
  },
];

function centred(f: ArrayLike<number>): number[] {
  const values = Array.from(f);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** Gradient descent from 0; the risks are smooth with curvature of the order of `curvature`. */
async function minimise(gradient: (f: number[]) => Promise<ArrayLike<number>>, curvature: number): Promise<number[]> {
  let f = [0, 0, 0];
  for (let step = 0; step < 400; step++) {
    const slope = await gradient(f);
    f = f.map((value, y) => value - (1.5 / curvature) * slope[y]!);
  }
  return centred(f);
}

/** Losses with large weights are steep, the others are not. */
const curvatureOf = ({ name }: Risk): number => (/inverse|delta/.test(name) ? 3 : 1);
const argmax = (f: number[]): number => f.indexOf(Math.max(...f));

function exactGradient({ row }: Risk, f: readonly number[]): number[] {
  const moved = (y: number, step: number): number[] => f.map((value, k) => (k === y ? value + step : value));
  return classes.map((y) => centralDifference((step) => row(conditional, moved(y, step), classes)));
}

it('the references have the minimisers of the worked example', async () => {
  for (const risk of risks) {
    const found = await minimise(async (f) => exactGradient(risk, f), curvatureOf(risk));
    expectPrinted(found, risk.minimiser);
    expect(argmax(found)).toBe(risk.argmax);
  }
});

it('the least risk of the plain and the adjusted loss is the entropy', () => {
  for (const { row, minimiser } of risks.slice(0, 2)) {
    expectPrinted([row(conditional, minimiser.split(',').map(Number), classes)], '0.897945724856');
  }
});

onEachBackend('minimisers by the gradients of the losses', (test) => {
  for (const risk of risks) {
    test(risk.name, async () => {
      const targets = tf.tensor2d([conditional]);
      const slopeAt = tf.grad((x) => risk.loss(targets, x as tf.Tensor2D));
      const gradient = async (f: number[]): Promise<ArrayLike<number>> => {
        const slope = tf.tidy(() => slopeAt(tf.tensor2d([f])));
        const values = await slope.data();
        slope.dispose();
        return values;
      };
      const found = await minimise(gradient, curvatureOf(risk));
      expectClose(found, risk.minimiser.split(',').map(Number), VALUE_TOLERANCE);
      expect(argmax(found)).toBe(risk.argmax);
    });
  }
});

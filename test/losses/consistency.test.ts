/** Which losses are consistent for the balanced error: the minimiser of the conditional risk, found in exact arithmetic. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { logitAdjustedCrossEntropy, softmaxCrossEntropy } from '../../src/losses/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { expectPrinted, softmaxLoss, softmaxLossGradient } from '../support/reference.js';

const pi = [0.7, 0.2, 0.1];
const conditional = [0.6, 0.3, 0.1];
const delta = pi.map(Math.sqrt);
const log = (values: number[]): number[] => values.map(Math.log);

/** Conditional risks: `sum_y q_y * -log softmax(f + offsets)_y`, where `q` is P(y|x) times the label weight. */
const risks = [
  // log P(y|x), centred; the printed digits for this row, found by a minimiser, are off by 5e-9.
  { name: 'plain', q: conditional, offsets: [0, 0, 0], minimiser: '0.828302217, 0.135155036, -0.963457253', argmax: 0 },
  {
    name: 'logit-adjusted, tau 1',
    q: conditional,
    offsets: log(pi),
    minimiser: '-0.237922156, 0.321693632, -0.083771476',
    argmax: 1,
  },
  {
    name: 'inverse-prior weights',
    q: conditional.map((p, y) => p / pi[y]!),
    offsets: [0, 0, 0],
    minimiser: '-0.237922156, 0.321693632, -0.083771476',
    argmax: 1,
  },
  {
    name: 'the delta = sqrt(pi) member of the consistent family',
    q: conditional.map((p, y) => (p * delta[y]!) / pi[y]!),
    offsets: log(delta),
    minimiser: '-0.237922156, 0.321693632, -0.083771476',
    argmax: 1,
  },
];

function centred(f: ArrayLike<number>): number[] {
  const values = Array.from(f);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** Gradient descent from 0; the risks are smooth with curvature at most their mass. */
async function minimise(gradient: (f: number[]) => Promise<ArrayLike<number>>, mass: number): Promise<number[]> {
  let f = [0, 0, 0];
  for (let step = 0; step < 400; step++) {
    const slope = await gradient(f);
    f = f.map((value, y) => value - (1.5 / mass) * slope[y]!);
  }
  return centred(f);
}

const massOf = (q: number[]): number => q.reduce((sum, share) => sum + share, 0);
const argmax = (f: number[]): number => f.indexOf(Math.max(...f));

it('the references have the minimisers of the worked example', async () => {
  for (const { q, offsets, minimiser, argmax: best } of risks) {
    const gradient = async (f: number[]): Promise<number[]> => softmaxLossGradient([q], [f], { offsets });
    const found = await minimise(gradient, massOf(q));
    expectPrinted(found, minimiser);
    expect(argmax(found)).toBe(best);
  }
});

it('the least risk of the plain and the adjusted loss is the entropy', async () => {
  for (const { q, offsets, minimiser } of risks.slice(0, 2)) {
    const f = minimiser.split(',').map(Number);
    expectPrinted(softmaxLoss([q], [f], { offsets }), '0.897945724856');
  }
});

onEachBackend('minimisers by the gradients of the losses', (test) => {
  for (const { name, q, offsets, minimiser, argmax: best } of risks) {
    test(name, async () => {
      const targets = tf.tensor2d([q]);
      const plain = offsets.every((offset) => offset === 0);
      // exp(offsets) is a prior once it is normalised, which only shifts every offset.
      const classPrior = offsets.map(Math.exp);
      const risk = tf.grad((x) =>
        plain
          ? softmaxCrossEntropy(targets, x as tf.Tensor2D)
          : logitAdjustedCrossEntropy(targets, x as tf.Tensor2D, { classPrior }),
      );
      const gradient = async (f: number[]): Promise<ArrayLike<number>> => {
        const [x, slope] = tf.tidy(() => {
          const at = tf.tensor2d([f]);
          return [at, risk(at)] as const;
        }) as unknown as [tf.Tensor, tf.Tensor];
        const values = await slope.data();
        tf.dispose([x, slope]);
        return values;
      };
      const found = await minimise(gradient, massOf(q));
      expectClose(found, minimiser.split(',').map(Number), VALUE_TOLERANCE);
      expect(argmax(found)).toBe(best);
    });
  }
});

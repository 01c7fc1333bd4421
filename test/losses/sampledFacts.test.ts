/** The facts of the sampling-bias dossier on the losses themselves, and the minimisers of the losses that a scheme implies. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { sampledDecoupledLoss, sampledSoftmaxCrossEntropy } from '../../src/losses/index.js';
import { samplingWeights, withinBatchSampler } from '../../src/sampling/index.js';
import type { Weighting } from '../../src/sampling/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, GRADIENT_TOLERANCE, VALUE_TOLERANCE } from '../support/numeric.js';
import { expectPrinted } from '../support/reference.js';

const numbers = (printed: string): number[] => printed.split(',').map(Number);

onEachBackend('single draws, y = 3', (test) => {
  /** Scores of the label, and of the classes 0 and 1 that were drawn. */
  const [own, others] = [[-0.5], [[1, 0.5]]];
  const cases: readonly [name: string, weight: number, value: number, gradient: string][] = [
    ['weights of 1', 1, 2.104130605337, '0.54654939, 0.33149896, -0.87804835'],
    ['uniform, importance', 1.5, 2.468095832159, '0.56970835, 0.34554558, -0.91525392'],
    ['within the batch, logit-adjusted', 9.5, 4.239882883911, '0.61349014, 0.37210058, -0.98559072'],
  ];
  for (const [name, weight, value, gradient] of cases) {
    test(name, async () => {
      const options = { logWeights: [Math.log(weight), Math.log(weight)] };
      const loss = (f: tf.Tensor, g: tf.Tensor): tf.Scalar =>
        sampledSoftmaxCrossEntropy(f as tf.Tensor1D, g as tf.Tensor2D, options).asScalar();
      expectClose(await loss(tf.tensor1d(own), tf.tensor2d(others)).data(), [value], VALUE_TOLERANCE);
      const [ofLabel, ofOthers] = tf.grads(loss)([tf.tensor1d(own), tf.tensor2d(others)]);
      expectClose([...(await ofOthers!.data()), ...(await ofLabel!.data())], numbers(gradient), GRADIENT_TOLERANCE);
    });
  }

  test('a class drawn twice', async () => {
    const options = { logWeights: [Math.log(1.5), Math.log(1.5)] };
    const loss = sampledSoftmaxCrossEntropy(tf.tensor1d(own), tf.tensor2d([[1, 1]]), options);
    expectClose(await loss.data(), [2.670352986799], VALUE_TOLERANCE);
  });
});

onEachBackend('within the batch', (test) => {
  const classPrior = [0.5, 0.3, 0.15, 0.05];
  const labels = [0, 0, 1, 3];
  const scores = [
    [1, 0.5, -0.2, 0],
    [0.3, 0.1, 0.4, -0.3],
    [0, 0.2, 0.9, 0.1],
    [-0.5, 0.4, 0.3, 0.6],
  ];
  const cases: readonly [Weighting, string][] = [
    ['constant', '0.6802696706, 0.8618524505, 1.2647759300, 0.9100605326'],
    ['relative', '1.7386538045, 2.0608532978, 2.0030330385, 0.1848428276'],
    ['importance', '1.4174180943, 1.7171158547, 2.0948091598, 0.8559158819'],
    [{ target: 'logit-adjusted', classPrior }, '0.5005369164, 0.6479902444, 1.3415000558, 2.3884403645'],
  ];
  for (const [weighting, printed] of cases) {
    test(typeof weighting === 'string' ? weighting : weighting.target, async () => {
      const draw = withinBatchSampler({ classPrior }).draw({ labels, count: 4, random: randomStream(1) });
      const own = labels.map((label, i) => scores[i]![label]!);
      const others = scores.map((row) => Array.from(draw.ids, (id) => row[id]!));
      const loss = sampledSoftmaxCrossEntropy(tf.tensor1d(own), tf.tensor2d(others), {
        logWeights: samplingWeights(draw, labels, weighting),
        accidentalHits: draw.accidentalHits,
        reduction: 'none',
      });
      expectClose(await loss.data(), numbers(printed), VALUE_TOLERANCE);
    });
  }
});

/** What a scheme makes of the loss: `rho_{y y'}`. */
type Rho = (y: number, other: number) => number;
type Gradient = (f: readonly number[]) => ArrayLike<number> | Promise<ArrayLike<number>>;

const P = [0.5, 0.35, 0.15];
const pi = [0.7, 0.2, 0.1];
const rhos = (prior: readonly number[]): Record<string, Rho> => ({
  importance: () => 1,
  'within-batch, constant': (_, other) => prior[other]!,
  'within-batch, relative': (y) => prior[y]!,
  'logit-adjusted': (y, other) => prior[other]! / prior[y]!,
});

/** Gradient of `E_y log[1 + sum rho exp(f_{y'} - f_y)]`. */
function softmaxGradient(conditional: readonly number[], rho: Rho, f: readonly number[]): number[] {
  const slope = f.map(() => 0);
  conditional.forEach((share, y) => {
    const terms = f.map((score, k) => (k === y ? 0 : rho(y, k) * Math.exp(score - f[y]!)));
    const total = 1 + terms.reduce((sum, term) => sum + term, 0);
    terms.forEach((term, k) => {
      slope[k]! += (share * term) / total;
      slope[y]! -= (share * term) / total;
    });
  });
  return slope;
}

/** Gradient of `E_y [softplus(-f_y) + sum rho softplus(f_{y'})]`. */
function logisticGradient(conditional: readonly number[], rho: Rho, f: readonly number[]): number[] {
  return f.map((score, k) => {
    const sigmoid = 1 / (1 + Math.exp(-score));
    const against = conditional.reduce((sum, share, y) => sum + (y === k ? 0 : share * rho(y, k)), 0);
    return against * sigmoid - conditional[k]! * (1 - sigmoid);
  });
}

/** Gradient descent from 0. */
async function minimise(size: number, gradient: Gradient, rate: number, steps: number): Promise<number[]> {
  let f = Array<number>(size).fill(0);
  for (let step = 0; step < steps; step++) {
    const slope = await gradient(f);
    f = f.map((score, k) => score - rate * slope[k]!);
  }
  return f;
}
const centred = (f: readonly number[]): number[] => f.map((x) => x - f.reduce((sum, y) => sum + y, 0) / f.length);
const argmax = (f: readonly number[]): number => f.indexOf(Math.max(...f));

const softmaxMinimisers: Record<string, string> = {
  importance: '0.520216, 0.163541, -0.683757',
  'within-batch, constant': '-0.224212, 0.183022, 0.041190',
  'within-batch, relative': '0.842013, -0.003517, -0.838496',
  'logit-adjusted': '-0.546008, 0.350080, 0.195929',
};
const logisticMinimisers: Record<string, readonly [printed: string, argmax: number]> = {
  importance: ['0, -0.619039208, -1.734601055', 0],
  'within-batch, constant': ['0.356674944, 0.990398704, 0.567984038', 1],
  'within-batch, relative': ['1.771956842, -0.041964199, -1.029619417', 0],
  'logit-adjusted': ['-1.515127233, -0.235314087, -0.496436886', 1],
};

it('the implied softmax losses have the minimisers of the worked example', async () => {
  for (const [name, rho] of Object.entries(rhos(pi))) {
    const found = await minimise(3, (f) => softmaxGradient(P, rho, f), 1, 20_000);
    expectPrinted(centred(found), softmaxMinimisers[name]!);
  }
});

it('the implied decoupled losses have the minimisers of the worked example', async () => {
  for (const [name, rho] of Object.entries(rhos(pi))) {
    const found = await minimise(3, (f) => logisticGradient(P, rho, f), 1, 20_000);
    const [printed, best] = logisticMinimisers[name]!;
    expectPrinted(found, printed.replace(/^0,/, '0.000000000,'));
    expect(argmax(found)).toBe(best);
  }
});

it('who pays: head less tail where the input says nothing, and where it says that all classes are alike', async () => {
  const prior = [0.5, 0.3, 0.15, 0.05];
  const gap = async (conditional: readonly number[], rho: Rho): Promise<number> => {
    const f = await minimise(4, (at) => softmaxGradient(conditional, rho, at), 1, 60_000);
    return f[0]! - f[3]!;
  };
  const { importance, 'within-batch, constant': constant, 'within-batch, relative': relative, ...rest } = rhos(prior);
  const adjusted = rest['logit-adjusted']!;
  const flat = [0.25, 0.25, 0.25, 0.25];
  const alone = [importance!, () => 1 / 3, constant!, relative!, adjusted].map((rho) => gap(prior, rho));
  expectPrinted(await Promise.all(alone), '2.30259, 1.80677, 0.18341, 2.48600, 0.00000');
  const balanced = [importance!, () => 1 / 3, constant!, relative!, adjusted].map((rho) => gap(flat, rho));
  expectPrinted(await Promise.all(balanced), '0.00000, 0.00000, -1.33363, 0.96896, -2.30259');
});

onEachBackend('minimisers by the gradients of the losses', (test) => {
  /** One row for each label, weighted by its probability, the other two classes as negatives. */
  const others = [0, 1, 2].map((y) => [0, 1, 2].filter((k) => k !== y));

  for (const [name, rho] of Object.entries(rhos(pi))) {
    const logWeights = others.flatMap((ids, y) => ids.map((id) => Math.log(rho(y, id))));
    const options = { logWeights, exampleWeights: P, reduction: 'sum' } as const;
    const gradientOf = (loss: typeof sampledSoftmaxCrossEntropy): Gradient => {
      const slopes = tf.grads((own, rest) => loss(own as tf.Tensor1D, rest as tf.Tensor2D, options));
      return async (f) => {
        const [own, rest] = tf.tidy(() =>
          slopes([tf.tensor1d([...f]), tf.tensor2d(others.map((ids) => ids.map((id) => f[id]!)))]),
        );
        const slope = Array.from(await own!.data());
        const pushes = await rest!.data();
        tf.dispose([own!, rest!]);
        others.flat().forEach((id, at) => (slope[id]! += pushes[at]!));
        return slope;
      };
    };

    test(`softmax, ${name}`, async () => {
      const found = centred(await minimise(3, gradientOf(sampledSoftmaxCrossEntropy), 3, 400));
      expectClose(found, numbers(softmaxMinimisers[name]!), VALUE_TOLERANCE);
    });

    test(`decoupled, ${name}`, async () => {
      const found = await minimise(3, gradientOf(sampledDecoupledLoss), 3, 400);
      expectClose(found, numbers(logisticMinimisers[name]![0]), VALUE_TOLERANCE);
    });
  }
});

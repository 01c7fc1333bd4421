import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/index.js';
import {
  classPriorSampler,
  logUniformSampler,
  mixtureSampler,
  modelBasedSampler,
  samplingWeights,
  uniformSampler,
  withinBatchSampler,
} from '../../../src/sampling/index.js';
import type { NegativeDraw, NegativeSampler, Weighting } from '../../../src/sampling/index.js';
import { refusal } from '../../support/errors.js';
import { seedProperties } from '../../support/properties.js';
import { expectation, f, implicit, logisticLoss, pi } from './reference.js';

seedProperties();

const labels = [0, 3, 1];
const drawn = (sampler: NegativeSampler, count = 3): NegativeDraw =>
  sampler.draw({ labels, count, random: randomStream(4), scores: [...f, ...f, ...f] });
const close = (actual: Float64Array, expected: ArrayLike<number>): void => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 12));
};
const adjusted = (tau: number, classPrior = pi): Weighting => ({ target: 'logit-adjusted', tau, classPrior });

const uniform = uniformSampler({ numClasses: 4 });
const samplers: readonly [string, NegativeSampler][] = [
  ['uniform', uniform],
  ['uniform, conditional', uniformSampler({ numClasses: 4, conditional: true })],
  ['class prior', classPriorSampler({ classPrior: pi })],
  ['class prior, distinct', classPriorSampler({ classPrior: pi, replacement: false })],
  ['log-uniform', logUniformSampler({ numClasses: 4 })],
  ['model-based', modelBasedSampler({ numClasses: 4 })],
  ['within-batch', withinBatchSampler({ classPrior: pi })],
];

describe.each(samplers)('%s', (_name, sampler) => {
  const draw = drawn(sampler);

  it('weights of a target times the expected count are the target, entry by entry', () => {
    const logRho = (label: number, id: number): number => 0.3 * label - id;
    const cases: readonly [Weighting, (label: number, id: number) => number][] = [
      ['importance', () => 0],
      [adjusted(0.5), (label, id) => 0.5 * Math.log(pi[id]! / pi[label]!)],
      [{ target: 'custom', logRho }, (label, id) => (label === id ? 0 : logRho(label, id))],
    ];
    for (const [weighting, target] of cases) {
      const weights = samplingWeights(draw, labels, weighting);
      expect(weights).toHaveLength(9);
      weights.forEach((weight, place) => {
        const at = draw.ids.length === 3 ? place % 3 : place;
        const label = labels[Math.floor(place / 3)]!;
        expect(weight + draw.logExpectedCount[at]!).toBeCloseTo(target(label, draw.ids[at]!), 12);
      });
    }
  });

  it('constant is 1; relative is the ratio of the expected counts, 1 for the label itself', () => {
    close(samplingWeights(draw, labels, 'constant'), new Float64Array(9));
    samplingWeights(draw, labels, 'relative').forEach((weight, place) => {
      const at = draw.ids.length === 3 ? place % 3 : place;
      const row = Math.floor(place / 3);
      expect(weight).toBeCloseTo(draw.logExpectedCountOfLabels[row]! - draw.logExpectedCount[at]!, 12);
      if (draw.accidentalHits[place] === 1) expect(weight).toBeCloseTo(0, 12);
    });
  });

  it('tau = 0, a uniform prior and a custom target of 0 are importance weights', () => {
    const importance = samplingWeights(draw, labels, 'importance');
    close(samplingWeights(draw, labels, adjusted(0)), importance);
    close(samplingWeights(draw, labels, adjusted(1, [0.25, 0.25, 0.25, 0.25])), importance);
    close(samplingWeights(draw, labels, { target: 'custom', logRho: () => 0 }), importance);
  });
});

it('uniform: constant and relative are the same', () => {
  const draw = drawn(uniform);
  close(samplingWeights(draw, labels, 'relative'), samplingWeights(draw, labels, 'constant'));
});

it('within the batch, logit-adjusted: the weight is 1 / (m pi_y), whatever the negative', () => {
  const weights = samplingWeights(drawn(withinBatchSampler({ classPrior: pi })), labels, adjusted(1));
  close(
    weights,
    labels.flatMap((label) => Array<number>(3).fill(-Math.log(2 * pi[label]!))),
  );
});

it('all classes, each once: importance weights are 1 but for the label, which is dropped or left out', () => {
  for (const conditional of [false, true]) {
    for (const sampler of [
      uniformSampler({ numClasses: 4, conditional, replacement: false }),
      classPriorSampler({ classPrior: pi, conditional, replacement: false }),
    ]) {
      const count = conditional ? 3 : 4;
      close(samplingWeights(drawn(sampler, count), labels, 'importance'), new Float64Array(3 * count));
    }
  }
});

it('a target with rho = 0 has the weight 0', () => {
  const logRho = (_label: number, id: number): number => (id === 2 ? -Infinity : 0);
  const draw = drawn(uniformSampler({ numClasses: 4, conditional: true, replacement: false }), 3);
  const weights = samplingWeights(draw, labels, { target: 'custom', logRho });
  expect([...weights].map((weight) => weight === -Infinity)).toEqual([...draw.ids].map((id) => id === 2));
});

it('a batch of one has nothing but itself', () => {
  const draw = withinBatchSampler({ classPrior: pi }).draw({ labels: [2], count: 1, random: randomStream(1) });
  expect([...draw.accidentalHits]).toEqual([1]);
  expect([...samplingWeights(draw, [2], 'importance')]).toEqual([0]);
});

describe('the expected loss', () => {
  it('decoupled, any prior, any m: equals the implicit loss exactly', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 4, maxLength: 4 });
    const weightings = fc.constantFrom<Weighting>('importance', 'constant', 'relative', adjusted(0.7));
    fc.assert(
      fc.property(
        counts,
        weightings,
        fc.integer({ min: 1, max: 4 }),
        fc.nat({ max: 3 }),
        fc.boolean(),
        (classCounts, weighting, m, y, conditional) => {
          const sampler = classPriorSampler({ classCounts, conditional });
          const scheme = { sampler, weighting, loss: logisticLoss };
          const bound = implicit(scheme, y, m, conditional);
          expect(Math.abs(expectation(scheme, y, m, conditional) - bound)).toBeLessThanOrEqual(1e-10 * bound);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('decoupled, mixed proposals: importance weights stay without bias', () => {
    const parts = [uniform, classPriorSampler({ classPrior: pi })];
    const mixture = mixtureSampler(parts.map((sampler) => ({ sampler, share: 1 })));
    const plan = mixture.plan({ labels: [3], count: 2 });
    const softplus = (x: number): number => Math.log1p(Math.exp(x));
    let mean = 0;
    for (const a of [0, 1, 2, 3]) {
      for (const b of [0, 1, 2, 3]) {
        const ids = Int32Array.of(a, b);
        const draw: NegativeDraw = {
          ids,
          logExpectedCount: Float64Array.from(ids, (id) => plan.logExpectedCount(id, 0)),
          logExpectedCountOfLabels: Float64Array.of(plan.logExpectedCount(3, 0)),
          accidentalHits: Uint8Array.from(ids, (id) => Number(id === 3)),
        };
        const weights = samplingWeights(draw, [3], 'importance');
        const sum = [0, 1].reduce((s, j) => (ids[j] === 3 ? s : s + Math.exp(weights[j]!) * softplus(f[ids[j]!]!)), 0);
        mean += (pi[b]! / 4) * (softplus(-f[3]!) + sum);
      }
    }
    expect(mean).toBeCloseTo(3.954562836438, 11);
  });
});

describe('samplingWeights refuses', () => {
  const draw = drawn(uniform);
  const never: NegativeDraw = { ...draw, logExpectedCount: draw.logExpectedCount.map(() => -Infinity) };
  const first = draw.ids[0]!;
  const clash = draw.ids.find((id) => id !== 0)!;

  it.each<[string, () => Float64Array, string]>([
    [
      'labels of another batch',
      () => samplingWeights(draw, [0, 1], 'importance'),
      'samplingWeights: expected the 3 labels of the draw, got 2',
    ],
    [
      'an unknown weighting',
      () => samplingWeights(draw, labels, 'importnace' as 'importance'),
      'samplingWeights: expected weighting to be one of importance, constant, relative, got importnace. Did you mean "importance"?',
    ],
    [
      'an unknown target',
      () => samplingWeights(draw, labels, { target: 'logit-adjust', classPrior: pi } as unknown as Weighting),
      'samplingWeights: expected weighting.target to be one of logit-adjusted, custom, got logit-adjust. Did you mean "logit-adjusted"?',
    ],
    [
      'a negative tau',
      () => samplingWeights(draw, labels, adjusted(-1)),
      'samplingWeights: expected weighting.tau to be a finite number of at least 0, got -1',
    ],
    [
      'no prior',
      () => samplingWeights(draw, labels, { target: 'logit-adjusted' }),
      'samplingWeights: expected either classCounts or classPrior, got neither',
    ],
    [
      'a prior that does not sum to 1',
      () => samplingWeights(draw, labels, { target: 'logit-adjusted', classPrior: [5, 3, 1, 1] }),
      'samplingWeights: expected classPrior to sum to 1, got 10. ' +
        'Give counts as classCounts or through classPriorFrom, which normalise them',
    ],
    [
      'a prior of fewer classes',
      () => samplingWeights(draw, labels, adjusted(1, [0.5, 0.5])),
      'samplingWeights: expected a prior of at least 4 classes, got 2',
    ],
    [
      'a target that is not a number',
      () => samplingWeights(draw, labels, { target: 'custom', logRho: () => Number.NaN }),
      `samplingWeights: expected logRho(0, ${clash}) to be finite or -Infinity, got NaN`,
    ],
    [
      'q = 0 where rho is positive',
      () => samplingWeights({ ...never, accidentalHits: new Uint8Array(9) }, labels, 'importance'),
      `samplingWeights: expected a positive expected count of class ${first}, which counts against label 0, got 0. ` +
        'The sampler must be able to draw every class that is to count',
    ],
  ])('%s', (_name, call, message) => {
    expect(call).toThrow(refusal('InvalidArgumentError', message));
  });
});

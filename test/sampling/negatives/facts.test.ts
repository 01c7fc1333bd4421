/** The facts of the sampling-bias dossier, to the digits printed. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/index.js';
import {
  classPriorSampler,
  modelBasedSampler,
  samplingWeights,
  uniformSampler,
  withinBatchSampler,
} from '../../../src/sampling/index.js';
import type { Weighting } from '../../../src/sampling/index.js';
import { expectPrinted, logSumExp } from '../../support/reference.js';
import { classes, expectation, f, implicit, logisticLoss, pi, softmaxLoss, support, weighed } from './reference.js';
import type { Scheme } from './reference.js';

const sizes = [1, 2, 4, 8, 16];
const conditional = true;
const uniform = uniformSampler({ numClasses: 4, conditional });
const batch = classPriorSampler({ classPrior: pi, conditional });
const model = modelBasedSampler({ numClasses: 4, conditional });
const open = classPriorSampler({ classPrior: pi });
const adjusted: Weighting = { target: 'logit-adjusted', classPrior: pi };
const overCount = true;

/** Printed expectations for m = 1, 2, 4, 8, 16 and the implicit loss. */
const expectations: readonly [name: string, y: number, scheme: Scheme, conditional: boolean, printed: string][] = [
  [
    'uniform, importance',
    0,
    { sampler: uniform, weighting: 'importance' },
    true,
    '0.7642397150, 0.7756415642, 0.7814897010, 0.7844193383, 0.7858809465, 0.7873386717',
  ],
  [
    'batch, importance',
    0,
    { sampler: batch, weighting: 'importance' },
    true,
    '0.7765308494, 0.7813749717, 0.7841968077, 0.7857254142, 0.7865212174, 0.7873386717',
  ],
  [
    'model, importance',
    0,
    { sampler: model, weighting: 'importance' },
    true,
    '0.7873386717, 0.7873386717, 0.7873386717, 0.7873386717, 0.7873386717, 0.7873386717',
  ],
  [
    'uniform, 1/m',
    0,
    { sampler: uniform, weighting: 'constant', overCount },
    true,
    '0.3295839832, 0.3327076949, 0.3342929356, 0.3350890227, 0.3354876033, 0.3358864129',
  ],
  [
    'uniform, importance',
    3,
    { sampler: uniform, weighting: 'importance' },
    true,
    '2.2224608538, 2.2545242868, 2.2711179625, 2.2793159528, 2.2833537050, 2.2873386717',
  ],
  [
    'batch, importance',
    3,
    { sampler: batch, weighting: 'importance' },
    true,
    '2.2850668834, 2.2861561085, 2.2867353550, 2.2870339703, 2.2871855569, 2.2873386717',
  ],
  [
    'batch, 1/m',
    3,
    { sampler: batch, weighting: 'constant', overCount },
    true,
    '1.4639965188, 1.4824016968, 1.4910222346, 1.4951216193, 1.4971141060, 1.4990677406',
  ],
  [
    'uniform, logit-adjusted',
    3,
    { sampler: uniform, weighting: adjusted },
    true,
    '3.8605513771, 4.0309137091, 4.1244209635, 4.1677825443, 4.1875015579, 4.2057777839',
  ],
  [
    'batch, logit-adjusted',
    3,
    { sampler: batch, weighting: adjusted },
    true,
    '4.1458119258, 4.1779383636, 4.1925820924, 4.1993684656, 4.2026199531, 4.2057777839',
  ],
  [
    'masked batch, 1/m',
    0,
    { sampler: open, weighting: 'constant', overCount },
    false,
    '0.1992830123, 0.2103109821, 0.2160299262, 0.2189071541, 0.2203451240, 0.2217807208',
  ],
  [
    'masked batch, importance',
    0,
    { sampler: open, weighting: 'importance' },
    false,
    '0.6025150631, 0.6914097467, 0.7407063855, 0.7646961068, 0.7762077525, 0.7873386717',
  ],
  [
    'masked batch, 1/m',
    3,
    { sampler: open, weighting: 'constant', overCount },
    false,
    '1.3907966929, 1.4314265990, 1.4466610716, 1.4533153978, 1.4564466548, 1.4594605429',
  ],
  [
    'masked batch, relative/m',
    3,
    { sampler: open, weighting: 'relative', overCount },
    false,
    '0.3629457658, 0.3648081570, 0.3656059763, 0.3659773849, 0.3661568532, 0.3663323863',
  ],
  [
    'masked batch, logit-adjusted',
    3,
    { sampler: open, weighting: adjusted },
    false,
    '3.9864424474, 4.1504833030, 4.1837404230, 4.1954643207, 4.2007700876, 4.2057777839',
  ],
];

describe('exact expectations over the draws', () => {
  it.each(expectations)('%s, y = %i', (_name, y, scheme, restricted, printed) => {
    const means = sizes.map((m) => expectation(scheme, y, m, restricted));
    const bound = implicit(scheme, y, 1, restricted);
    expectPrinted([...means, bound], printed);
    // Jensen: from below, and rising.
    [...means, bound].reduce((before, value) => {
      expect(value).toBeGreaterThanOrEqual(before - 1e-12);
      return value;
    });
  });

  it('uniform, constant, y = 0: the loss and its bound depend on m', () => {
    const scheme: Scheme = { sampler: uniform, weighting: 'constant' };
    const means = sizes.map((m) => expectation(scheme, 0, m, true));
    expectPrinted(means, '0.3295839832, 0.5791489710, 0.9467810978, 1.4277873359, 1.9960177884');
    const bounds = sizes.map((m) => implicit(scheme, 0, m, true));
    expectPrinted(bounds, '0.3358864129, 0.5868752352, 0.9542492442, 1.4335215655, 1.9997056421');
  });

  it('model-based and relative: log(1 + m) for every label', () => {
    const scheme: Scheme = { sampler: model, weighting: 'relative' };
    for (const y of classes) {
      for (const m of sizes) expect(expectation(scheme, y, m, true)).toBeCloseTo(Math.log(1 + m), 12);
    }
  });

  it('the implicit losses are the unsampled ones', () => {
    const of = (y: number, weighting: Weighting): number => {
      return implicit({ sampler: open, weighting, overCount: typeof weighting === 'string' }, y, 1, false);
    };
    const importance = (y: number): number => implicit({ sampler: open, weighting: 'importance' }, y, 1, false);
    expectPrinted(
      [importance(0), of(0, adjusted), of(0, 'constant')],
      '0.787338671698, 0.403192690919, 0.221780720760',
    );
    expectPrinted(
      [importance(3), of(3, adjusted), of(3, 'constant')],
      '2.287338671698, 4.205777783913, 1.459460542893',
    );
    expectPrinted([of(3, 'relative'), of(0, 'relative')], '0.366332386293, 0.469234665241');
  });
});

describe('the decoupled loss is estimated without bias, m = 2', () => {
  const any = [uniform, batch, model];
  const cases: readonly [name: string, y: number, samplers: typeof any, weighting: Weighting, printed: string][] = [
    ['uniform, constant', 0, [uniform], 'constant', '1.740795786798'],
    ['any, importance', 0, any, 'importance', '2.454562836438'],
    ['any, logit-adjusted', 0, any, adjusted, '1.153059730612'],
    ['batch, constant', 0, [batch], 'constant', '1.992857773706'],
    ['uniform, constant', 3, [uniform], 'constant', '2.961067552352'],
    ['any, importance', 3, any, 'importance', '3.954562836438'],
    ['any, logit-adjusted', 3, any, adjusted, '22.030597306123'],
    ['batch, constant', 3, [batch], 'constant', '3.190552807542'],
  ];

  it.each(cases)('%s, y = %i', (_name, y, samplers, weighting, printed) => {
    for (const sampler of samplers) {
      const scheme: Scheme = { sampler, weighting, loss: logisticLoss };
      expectPrinted([expectation(scheme, y, 2, true)], printed);
      expectPrinted([implicit(scheme, y, 2, true)], printed);
    }
  });

  it('uniform, 1/m, y = 0', () => {
    const scheme: Scheme = { sampler: uniform, weighting: 'constant', overCount, loss: logisticLoss };
    expectPrinted([expectation(scheme, 0, 2, true)], '1.027028737158');
  });
});

describe('one draw', () => {
  /** Mean and variance of `S = sum w exp(f_{y'} - f_y)` for m = 1, y = 3. */
  const moments = (sampler: Scheme['sampler'], weighting: Weighting): number[] => {
    const values = support(sampler, 3, true).map(({ id, q }) => {
      return { q, sum: Math.expm1(softmaxLoss(3, weighed({ sampler, weighting }, 3, [id]))) };
    });
    const mean = values.reduce((total, { q, sum }) => total + q * sum, 0);
    return [mean, values.reduce((total, { q, sum }) => total + q * (sum - mean) ** 2, 0)];
  };
  const raw = pi.map((prior, k) => prior * Math.exp(f[k]!));
  const best = classPriorSampler({ classCounts: raw, conditional });

  it('importance: mean and variance by proposal', () => {
    expectPrinted(moments(uniform, 'importance'), '8.848692169497, 12.279271441');
    expectPrinted(moments(batch, 'importance'), '8.848692169497, 0.477629604');
    expectPrinted(moments(model, 'importance'), '8.848692169497, 0.000000000');
  });

  it('logit-adjusted: mean and variance by proposal', () => {
    expectPrinted(moments(uniform, adjusted), '66.072745486235, 2531.465048920');
    expectPrinted(moments(batch, adjusted), '66.072745486235, 447.938778817');
    expectPrinted(moments(model, adjusted), '66.072745486235, 597.318853852');
    expectPrinted(moments(best, adjusted), '66.072745486235, 0.000000000');
  });

  it('y = 3, m = 2: the loss of given negatives', () => {
    const loss = (sampler: Scheme['sampler'], weighting: Weighting, ids = [0, 1]): number =>
      softmaxLoss(3, weighed({ sampler, weighting }, 3, ids));
    expectPrinted([loss(uniform, 'constant')], '2.104130605337');
    expectPrinted([loss(uniform, 'importance'), loss(uniform, 'importance', [0, 0])], '2.468095832159, 2.670352986799');
    expectPrinted([loss(batch, adjusted)], '4.239882883911');
    expectPrinted([loss(open, 'relative'), loss(open, 'importance')], '0.642493617524, 2.303800232856');
    expectPrinted(
      weighed({ sampler: open, weighting: 'relative' }, 3, [0, 1]).map(({ logWeight }) => Math.exp(logWeight)),
      '0.1, 0.166667',
    );
  });
});

describe('within the batch', () => {
  const labels = [0, 0, 1, 3];
  const scores = [
    [1, 0.5, -0.2, 0],
    [0.3, 0.1, 0.4, -0.3],
    [0, 0.2, 0.9, 0.1],
    [-0.5, 0.4, 0.3, 0.6],
  ];
  const draw = withinBatchSampler({ classPrior: pi }).draw({ labels, count: 4, random: randomStream(1) });

  const losses = (weighting: Weighting, masked = true): number[] => {
    const weights = samplingWeights(draw, labels, weighting);
    return labels.map((y, row) => {
      // Without masking the others with the same label stay, the example itself does not.
      const kept = [0, 1, 2, 3].filter((j) => (masked ? draw.accidentalHits[row * 4 + j] === 0 : j !== row));
      const terms = kept.map((j) => weights[row * 4 + j]! + scores[row]![draw.ids[j]!]! - scores[row]![y]!);
      return logSumExp([0, ...terms]);
    });
  };
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

  it('entries are the labels of the batch, those of the same label are hits', () => {
    expect([...draw.ids]).toEqual(labels);
    expect([...draw.accidentalHits]).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  });

  it('has the losses of the worked example', () => {
    expectPrinted(losses('constant'), '0.6802696706, 0.8618524505, 1.2647759300, 0.9100605326');
    expectPrinted([mean(losses('constant'))], '0.9292396459');
    expectPrinted(losses('relative'), '1.7386538045, 2.0608532978, 2.0030330385, 0.1848428276');
    expectPrinted(losses('importance'), '1.4174180943, 1.7171158547, 2.0948091598, 0.8559158819');
    expectPrinted(losses(adjusted), '0.5005369164, 0.6479902444, 1.3415000558, 2.3884403645');
    expectPrinted([mean(losses(adjusted))], '1.2196168953');
    const half: Weighting = { target: 'logit-adjusted', classPrior: pi, tau: 0.5 };
    expectPrinted(losses(half), '0.8318548436, 1.0513975973, 1.5834959104, 1.5329478480');
    expectPrinted(losses('constant', false), '1.0900457339, 1.2141832170, 1.2647759300, 0.9100605326');
  });
});

describe('identities', () => {
  it('flat scores, within-batch, logit-adjusted: -log pi_y for every draw', () => {
    const printed = '0.693147180560, 1.203972804326, 1.897119984886, 2.995732273554';
    for (const ids of [[3], [1, 1, 2], [2, 3, 3, 1, 0]]) {
      const losses = classes.map((y) => {
        const drawn = ids.map((id) => (id === y ? (y + 1) % 4 : id));
        const weights = weighed({ sampler: batch, weighting: adjusted }, y, drawn);
        return logSumExp([0, ...weights.map(({ logWeight }) => logWeight)]);
      });
      expectPrinted(losses, printed);
      expectPrinted([losses.reduce((sum, loss, y) => sum + pi[y]! * loss, 0)], '1.142120042988');
    }
  });
});

import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { classPriorFrom } from '../../src/core/index.js';
import { resolveConfig } from '../../src/experiment/index.js';
import { makeLoss, makeObjective } from '../../src/experiment/objective.js';
import { choices } from '../../src/experiment/options.js';
import * as losses from '../../src/losses/index.js';
import { useBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { reportOf } from './support.js';

const none = { tau: null, maxMargin: null, scale: null, gamma: null, beta: null, threshold: null, drwEpoch: null };
const resolve = (...layers: object[]) => resolveConfig(layers.map((values) => ({ source: 'file', values })));

describe('options of a loss', () => {
  it.each([
    [{ loss: 'ce' }, {}],
    [{ loss: 'logit-adjusted' }, { tau: 1 }],
    [{ loss: 'balanced-softmax' }, {}],
    [{ loss: 'weighted-ce' }, {}],
    [{ loss: 'class-balanced' }, { beta: 0.9999 }],
    [
      { loss: 'class-balanced', beta: 0.99, drwEpoch: 10 },
      { beta: 0.99, drwEpoch: 10 },
    ],
    [{ loss: 'ldam' }, { maxMargin: 0.5, scale: 1 }],
    [
      { loss: 'ldam', scale: 30, drwEpoch: 16 },
      { maxMargin: 0.5, scale: 30, beta: 0.9999, drwEpoch: 16 },
    ],
    [{ loss: 'equalized' }, { tau: 1 }],
    [{ loss: 'equalized', threshold: 0.01 }, { threshold: 0.01 }],
    [
      { loss: 'vector-scaling', tau: 0 },
      { gamma: 0.3, tau: 0 },
    ],
    [{ loss: 'focal', gamma: 0.5 }, { gamma: 0.5 }],
  ])('%o', (values, expected) => {
    const config = resolve(values);
    expect(config).toMatchObject({ ...none, ...expected });
    expect(resolve(config)).toEqual(config);
  });

  it('another loss drops them, other epochs stretch drwEpoch', () => {
    const preset = { epochs: 200, loss: 'ldam', scale: 30, drwEpoch: 160 };
    expect(resolve(preset, { epochs: 20 })).toMatchObject({ scale: 30, drwEpoch: 16 });
    expect(resolve(preset, { loss: 'ldam' })).toMatchObject({ scale: 30, drwEpoch: 160 });
    expect(resolve(preset, { loss: 'focal' })).toMatchObject({ ...none, gamma: 2 });
  });

  it.each([
    [{ loss: 'ce', gamma: 2 }, 'gamma only with the losses vector-scaling, focal, got gamma 2 with ce'],
    [{ loss: 'focal', scale: 30 }, 'scale only with the loss ldam, got scale 30 with focal'],
    [{ loss: 'equalized', tau: 1, threshold: 0.1 }, 'tau or threshold, got tau 1 and threshold 0.1'],
    [
      { loss: 'ldam', beta: 0.9 },
      'beta of ldam only with drwEpoch, got beta 0.9. It makes the weights from that epoch on',
    ],
    [{ loss: 'ldam', drwEpoch: 20, epochs: 20 }, 'drwEpoch below epochs, 20, got 20'],
    [
      { loss: 'ldam', sampler: 'class-balanced' },
      'a loss without prior under class-balanced batches, got ldam. ' +
        'Class-balanced batches already have a uniform prior: use ce',
    ],
    [{ loss: 'class-balanced', beta: 1 }, 'beta to be less than 1, got 1'],
  ])('%o is refused', (values, message) => {
    expect(() => resolve(values)).toThrow(refusal('ConfigError', `file: expected ${message}`));
  });

  it('focal goes with class-balanced batches', () => {
    expect(resolve({ loss: 'focal', sampler: 'class-balanced' }).sampler).toBe('class-balanced');
  });
});

describe('the loss of a run', () => {
  const classCounts = [70, 20, 10];
  const targets = [0, 1, 2];
  const logits = [
    [1, 0.5, -0.2],
    [1, 0.5, -0.2],
    [0.3, 0.1, 2],
  ];

  /** The value of a run's loss, weighted or not, and of the same by hand. */
  async function compare(values: object, weighted: boolean, expected: (t: tf.Tensor, x: tf.Tensor2D) => tf.Tensor) {
    await useBackend('cpu');
    const classPrior = classPriorFrom(classCounts);
    const config = resolve(values);
    const weights = weighted ? losses.effectiveNumberWeights(classCounts, { beta: config.beta! }) : null;
    const loss = makeLoss(config, { classCounts, classPrior }, weights);
    const inputs = [tf.tensor1d(targets, 'int32'), tf.tensor2d(logits)] as const;
    expectClose(await loss(...inputs).data(), await expected(...inputs).data(), VALUE_TOLERANCE);
    classPrior.dispose();
  }

  it('is the loss of its name with its options', async () => {
    const weights = losses.effectiveNumberWeights(classCounts, { beta: 0.9999 });
    await compare({ loss: 'ldam', labelSmoothing: 0.1 }, false, (t, x) =>
      losses.ldamCrossEntropy(t, x, { classCounts, scale: 1, labelSmoothing: 0.1 }),
    );
    await compare({ loss: 'ldam', scale: 5, maxMargin: 0.3, drwEpoch: 1 }, true, (t, x) =>
      losses.ldamCrossEntropy(t, x, { classCounts, scale: 5, maxMargin: 0.3, classWeights: weights }),
    );
    await compare({ loss: 'equalized', threshold: 0.15 }, false, (t, x) =>
      losses.equalizedCrossEntropy(t, x, { classCounts, threshold: 0.15 }),
    );
    await compare({ loss: 'equalized', tau: 0.5 }, false, (t, x) =>
      losses.equalizedCrossEntropy(t, x, { classCounts, tau: 0.5 }),
    );
    await compare({ loss: 'vector-scaling', tau: 2 }, false, (t, x) =>
      losses.vectorScalingCrossEntropy(t, x, { classCounts, gamma: 0.3, tau: 2 }),
    );
    await compare({ loss: 'focal' }, false, (t, x) => losses.focalCrossEntropy(t, x));
    await compare({ loss: 'class-balanced' }, true, (t, x) =>
      losses.weightedCrossEntropy(t, x, { classWeights: weights }),
    );
    await compare({ loss: 'class-balanced', drwEpoch: 3 }, false, (t, x) => losses.softmaxCrossEntropy(t, x));
  });

  it('weighs the classes from drwEpoch on, by inverse frequency with a mean of 1', async () => {
    await useBackend('cpu');
    const classPrior = classPriorFrom(classCounts);
    const config = resolve({ loss: 'weighted-ce', drwEpoch: 5 });
    const objective = makeObjective(config, { classCounts, classPrior });
    const [t, x] = [tf.tensor1d(targets, 'int32'), tf.tensor2d(logits)];
    const classifier = { features: (inputs: tf.Tensor) => inputs, logits: (features: tf.Tensor) => features };
    const at = async (epoch: number): Promise<number> => {
      const batch = { labelled: { inputs: x, targets: t } };
      const loss = objective.loss(classifier as never, batch, { epoch } as never);
      return (await loss.data())[0]!;
    };
    const weighted = losses.weightedCrossEntropy(t, x, { classWeights: [10 / 21, 10 / 6, 10 / 3] });
    expectClose([await at(4.9)], await losses.softmaxCrossEntropy(t, x).data(), VALUE_TOLERANCE);
    expectClose([await at(5)], await weighted.data(), VALUE_TOLERANCE);
    classPrior.dispose();
  });
});

describe('a run with', () => {
  const settings: Record<string, object> = { ldam: { drwEpoch: 1 }, 'class-balanced': { drwEpoch: 2 } };
  const added = choices.loss.filter(
    (loss) => !['ce', 'logit-adjusted', 'balanced-softmax', 'sampled-softmax'].includes(loss),
  );
  it.each(added)('the loss %s trains, and is not adjusted afterwards', async (loss) => {
    const report = await reportOf({ loss, ...settings[loss] });
    expect(report).toMatchObject({ loss, epochs: 3, final: { posthoc: { tau: 0 } } });
    expect(report.final.raw.balancedAccuracy).toBeGreaterThan(0.1);
  });
});

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { classTable, type ClassTable } from '../../src/heads/index.js';
import { sampledDecoupledLoss, sampledSoftmaxCrossEntropy, softmaxCrossEntropy } from '../../src/losses/index.js';
import type { Classifier } from '../../src/models/index.js';
import { adamW, rowAdagrad, rowAdam, rowSgd, sgd, type RowOptimizer } from '../../src/optimizers/index.js';
import {
  modelBasedSampler,
  samplingWeights,
  uniformSampler,
  type NegativeSampler,
  type Weighting,
} from '../../src/sampling/index.js';
import {
  centredNormalization,
  imageSource,
  sampledObjective,
  supervised,
  train,
  vectorSource,
  type BoundSampledLoss,
  type SampledObjectiveOptions,
  type TrainLogs,
  type TrainOptions,
} from '../../src/train/index.js';
import { onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { clusters, clusterSource, memoryCheckpoints, toyRun, trained, weightsOf } from './support.js';

const [C, D] = [3, 8]; // of smallMlp

/** The clusters with their class ids on the host. */
function labelledClusters(): TrainOptions['data'][string] {
  const source = clusterSource();
  const { labels } = clusters();
  return {
    ...source,
    batch: (indices, random) => ({
      ...(source.batch(indices, random) as { inputs: tf.Tensor; targets: tf.Tensor }),
      labels: indices.map((index) => labels[index]!),
    }),
  };
}

const newTable = (optimizer: RowOptimizer = rowAdagrad(), seed = 1): ClassTable =>
  classTable({ classes: C, dimension: D, bias: true, optimizer, random: randomStream(seed) });

/** A short run on a table; every class but the label is a negative once unless `changes` say otherwise. */
function sampledRun(
  table: ClassTable,
  changes: Partial<SampledObjectiveOptions> = {},
  options: Partial<TrainOptions> = {},
): TrainOptions {
  const sampler = uniformSampler({ numClasses: C, replacement: false });
  return toyRun({
    objective: sampledObjective({ table, sampler, count: C, ...changes }),
    data: { labelled: labelledClusters() },
    optimizer: sgd({ learningRate: 0.1 }),
    ...options,
  });
}

/** The weights of the last layer as a table has them. */
async function headOf({ model }: Classifier): Promise<Float32Array> {
  const [kernel, bias] = model.weights.slice(-2).map((weight) => weight.read());
  const rows = tf.concat([tf.transpose(kernel!), tf.reshape(bias!, [C, 1])], 1);
  return (await rows.data<'float32'>()).slice();
}

onEachBackend('training on a table', (test) => {
  const pairs = {
    sgd: [() => sgd({ learningRate: 0.1 }), rowSgd()],
    adam: [() => adamW({ learningRate: 0.1, weightDecay: 0 }), rowAdam()],
  } as const;
  for (const [name, [optimizer, rows]] of Object.entries(pairs)) {
    test(`with every class as a negative is training a dense layer with the full softmax: ${name}`, async () => {
      const full = toyRun({ objective: supervised(softmaxCrossEntropy), optimizer: optimizer() });
      const table = newTable(rows);
      const sampled = sampledRun(table, {}, { optimizer: optimizer() });
      table.restore({ ...table.state(), weights: { shape: [C, D + 1], values: await headOf(sampled.classifier) } });
      await train(full);
      await train(sampled);
      const [wanted, found] = [await weightsOf(full.classifier), await weightsOf(sampled.classifier)];
      // 12 steps at rates of up to 0.1 enlarge the rounding of the first ones.
      const tolerance = 10 * VALUE_TOLERANCE;
      wanted.slice(0, -2).forEach((values, i) => expectClose(found[i]!, values, tolerance));
      expectClose(table.state()['weights']!.values, await headOf(full.classifier), tolerance);
    });
  }

  test('goes on bit for bit after any interruption, the state of the optimizer included', async () => {
    for (const optimizer of [rowAdagrad(), rowAdam()]) {
      const run = async (stops: readonly number[]): Promise<unknown> => {
        const checkpoints = memoryCheckpoints();
        const steps: TrainLogs[] = [];
        let seed = 1;
        for (const stop of [...stops, Infinity]) {
          const controller = new AbortController();
          // Each new process has other initial weights, which the checkpoint must replace.
          const table = newTable(optimizer, seed++);
          const sampler = uniformSampler({ numClasses: C });
          const options = sampledRun(table, { sampler, count: 2 }, { checkpoints, signal: controller.signal });
          const onBatchEnd = (_: number, logs?: TrainLogs): void => {
            steps.push(logs!);
            if (steps.length === stop) controller.abort();
          };
          const { stopped, weights } = await trained({ ...options, callbacks: [{ onBatchEnd }] });
          if (stopped === 'completed') return { steps, weights, table: table.state() };
          table.dispose();
        }
        throw new Error('it never completed');
      };
      const whole = await run([]);
      for (const stops of [[1], [4], [3, 4, 11]]) expect(await run(stops)).toEqual(whole);
    }
  });

  test('leaves no tensor behind, whether it ends or diverges', async () => {
    const table = newTable();
    const options = sampledRun(table, {}, { epochs: 1 });
    await train(options);
    const before = tf.memory().numTensors;
    await train(options);
    expect(tf.memory().numTensors, 'after a run').toBe(before);
    const loss: BoundSampledLoss = (...given) => tf.mul(sampledSoftmaxCrossEntropy(...given), NaN);
    const sampler = uniformSampler({ numClasses: C });
    const diverges = { ...options, objective: sampledObjective({ table, sampler, count: 2, loss }) };
    await expect(train(diverges)).rejects.toThrow('expected a finite loss, got NaN');
    expect(tf.memory().numTensors, 'after a failure').toBe(before);
  });
});

describe('the objective of a sampled loss', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('learns with every loss, weighting and kind of draw', async () => {
    const decoupled: BoundSampledLoss = (p, n, options) => sampledDecoupledLoss(p, n, { ...options, kind: 'hinge' });
    const classCounts = [24, 24, 24];
    const variants: Partial<SampledObjectiveOptions>[] = [
      { weighting: 'relative' },
      { weighting: 'constant', loss: decoupled },
      { weighting: { target: 'logit-adjusted', classCounts } },
      { sampler: uniformSampler({ numClasses: C, conditional: true }), count: 2 },
      { sampler: modelBasedSampler({ numClasses: C }), count: 2, modelScores: true },
    ];
    for (const variant of variants) {
      const losses: number[] = [];
      const onEpochEnd = (_: number, logs?: TrainLogs): void => void losses.push(logs!['loss']!);
      const table = newTable();
      await trained(sampledRun(table, variant, { epochs: 6, callbacks: [{ onEpochEnd }] }));
      expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);
    }
  });

  it('trains the table alone where the classifier has nothing to train', async () => {
    const table = newTable();
    const options = sampledRun(table);
    const features: Classifier = { ...options.classifier, trainableVariables: [] };
    const before = await weightsOf(features);
    const weights = table.state()['weights']!.values.slice();
    await train({ ...options, classifier: features });
    expect(await weightsOf(features)).toEqual(before);
    expect(table.state()['weights']!.values).not.toEqual(weights);
  });

  it('gives the loss the weights of samplingWeights, [S] where no label enters into them', async () => {
    const sampler = uniformSampler({ numClasses: C, replacement: false });
    const classCounts = [24, 12, 6];
    const shapes: [Weighting, number][] = [
      ['importance', 2],
      ['constant', 2],
      ['relative', 32],
      [{ target: 'logit-adjusted', classCounts }, 32],
    ];
    for (const [weighting, length] of shapes) {
      const spied: NegativeSampler = {
        ...sampler,
        draw(request) {
          const draw = sampler.draw(request);
          wanted = samplingWeights(draw, request.labels, weighting);
          return draw;
        },
      };
      let wanted: ArrayLike<number> = [];
      const loss: BoundSampledLoss = (positive, negative, options) => {
        const given = Array.from(options.logWeights as Float64Array);
        expect(given.length).toBe(length);
        expect(Array.from(wanted, (_, at) => given[at % length])).toEqual(Array.from(wanted));
        return sampledSoftmaxCrossEntropy(positive, negative, options);
      };
      await trained(sampledRun(newTable(), { weighting, loss, sampler: spied, count: 2 }, { epochs: 1 }));
    }
  });

  it('gives the sampler the scores of all classes when asked to', async () => {
    const table = newTable();
    const sampler = modelBasedSampler({ numClasses: C });
    const options = sampledRun(table, { modelScores: true, count: 2, sampler: { ...sampler, draw } }, { epochs: 1 });
    const seen: { scores: Float32Array; weights: Float32Array }[] = [];
    function draw(request: Parameters<NegativeSampler['draw']>[0]): ReturnType<NegativeSampler['draw']> {
      const { scores } = request;
      seen.push({ scores: scores as Float32Array, weights: table.state()['weights']!.values.slice() as Float32Array });
      return sampler.draw(request);
    }
    const inputs: tf.Tensor[] = [];
    const { features } = options.classifier;
    const spy = (x: tf.Tensor): tf.Tensor => {
      if (inputs.length === 0) inputs.push(tf.keep(features(x)));
      return features(x);
    };
    await train({ ...options, classifier: { ...options.classifier, features: spy } });
    const { scores, weights } = seen[0]!;
    const rows = tf.tensor2d(weights, [C, D + 1]);
    const expected = tf.add(
      tf.matMul(inputs[0] as tf.Tensor2D, tf.slice(rows, [0, 0], [C, D]), false, true),
      tf.reshape(tf.slice(rows, [0, D], [C, 1]), [C]),
    );
    expectClose(scores, await expected.data(), VALUE_TOLERANCE);
  });
});

describe('sources', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('of images and of vectors give the class ids on the host', async () => {
    const labels = Int32Array.of(2, 0, 1);
    const shared = { name: 'toy', classNames: ['a', 'b', 'c'], labels, size: 3 };
    const images = { ...shared, images: new Uint8Array(3 * 4), imageShape: [2, 2, 1] as const };
    const vectors = { ...shared, features: new Float32Array(6), dimension: 2 };
    const sources = [
      imageSource(images, { normalization: centredNormalization(1) }),
      vectorSource(vectors, { normalization: { mean: [0, 0], deviation: [1, 1] } }),
    ];
    for (const source of sources) {
      const batch = source.batch(Int32Array.of(1, 0, 0), randomStream(1));
      expect(batch.labels).toEqual(Int32Array.of(0, 2, 2));
      expect(await batch.targets.data()).toEqual(batch.labels);
    }
  });
});

describe('checkpoints of tables', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('hold weights and optimizer state under the name of the table', async () => {
    const checkpoints = memoryCheckpoints();
    const table = newTable(rowAdam());
    await trained(sampledRun(table, {}, { checkpoints }));
    const { tensors } = (await checkpoints.load('last'))!;
    const saved = tensors.filter(({ name }) => name.startsWith('table/'));
    expect(saved.map(({ name, shape, dtype }) => [name, shape, dtype])).toEqual([
      ['table/classes/weights', [C, D + 1], 'float32'],
      ['table/classes/mean', [C, D + 1], 'float32'],
      ['table/classes/square', [C, D + 1], 'float32'],
      ['table/classes/steps', [1], 'int32'],
    ]);
    const { weights, steps } = table.state();
    expect(saved[0]!.values).toEqual(weights!.values);
    expect(saved[3]!.values).toEqual(steps!.values);
    expect(steps!.values).toEqual(Int32Array.of(12));
  });

  it.each([
    [
      'another optimizer of the rows',
      () => sampledRun(newTable(rowAdagrad())),
      'classTable.restore: expected accumulator as float32 [3, 9], got none',
    ],
    [
      'an objective without tables',
      () => toyRun({ optimizer: sgd({ learningRate: 0.1 }) }),
      'checkpoint: expected the tables of this objective only, got table/classes/weights',
    ],
  ])('refuse %s', async (_, make, reason) => {
    const checkpoints = memoryCheckpoints();
    await trained(sampledRun(newTable(rowAdam()), {}, { checkpoints, epochs: 1 }));
    const message = `checkpoint: expected the state of this optimizer and objective, got ${reason}. It was written with other settings`;
    await expect(trained({ ...make(), checkpoints })).rejects.toThrow(refusal('CheckpointError', message));
  });
});

describe('refusals', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('of a sampler of other classes and of a count below 1', () => {
    const table = newTable();
    const sampler = uniformSampler({ numClasses: 4 });
    expect(() => sampledObjective({ table, sampler, count: 1 })).toThrow(
      refusal('InvalidArgumentError', 'sampledObjective: expected a sampler of the 3 classes of the table, got 4'),
    );
    expect(() => sampledObjective({ table, sampler, count: 0 })).toThrow(
      refusal('InvalidArgumentError', 'sampledObjective: expected count to be an integer of at least 1, got 0'),
    );
  });

  it('of batches without labels on the host', async () => {
    const run = sampledRun(newTable(), {}, { data: { labelled: clusterSource() } });
    const message =
      'sampledObjective: expected batches with labels, got none. Let `batch` of the source give the class ids as an Int32Array ' +
      'beside the targets';
    await expect(trained(run)).rejects.toThrow(refusal('InvalidArgumentError', message));
  });

  it('of several replicas, whose rows would differ', async () => {
    const replicas = { count: 2, start: () => Promise.reject(new Error('started')) };
    const message =
      'train: expected one replica with an objective that has tables, got 2. Train on one replica, which may use all threads, or ' +
      'take a head that is a layer of the model';
    await expect(trained(sampledRun(newTable(), {}, { replicas }))).rejects.toThrow(
      refusal('InvalidArgumentError', message),
    );
  });
});

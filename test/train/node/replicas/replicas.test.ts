import * as tf from '@tensorflow/tfjs';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidArgumentError, ReplicaError } from 'tfjs-longtail';
import { prepareBackend } from 'tfjs-longtail/backend/node';
import { train, type StepParts, type TrainOptions, type TrainResult } from 'tfjs-longtail/train';
import { workerReplicas } from 'tfjs-longtail/train/node';
import { testedBackends } from '../../../support/backends.js';
import { errorOf } from '../../../support/errors.js';
import { freshFolder } from '../../../support/folders.js';
import { memoryCheckpoints, weightsOf } from '../../support.js';

// Workers run what is built: so does this test.

const module = new URL('./parts.mjs', import.meta.url);
const { default: makeParts } = (await import(module.href)) as { default: (settings: object) => StepParts };

interface Outcome extends TrainResult {
  readonly losses: readonly number[];
  readonly weights: readonly Float32Array[];
}

/** Two epochs of four steps, with the weights of `start` where it is given. */
async function trained(
  count: number,
  settings: object = {},
  changes: Partial<TrainOptions> = {},
  start?: readonly Float32Array[],
): Promise<Outcome> {
  const parts = makeParts(settings);
  const losses: number[] = [];
  parts.classifier.model.weights.forEach((weight, i) => {
    if (start) tf.tidy(() => void weight.write(tf.tensor(start[i]!, weight.shape as number[])));
  });
  try {
    const result = await train({
      ...parts,
      epochs: 2,
      batchSize: 24,
      ...(count > 1 ? { replicas: workerReplicas({ count, module, settings }) } : {}),
      callbacks: [{ onBatchEnd: (_, logs) => void losses.push(logs!['loss']!) }],
      ...changes,
    });
    return { ...result, losses, weights: await weightsOf(parts.classifier) };
  } finally {
    parts.classifier.dispose();
    parts.optimizer.dispose();
  }
}

async function initialWeights(settings: object = {}): Promise<Float32Array[]> {
  const { classifier, optimizer } = makeParts(settings);
  const weights = await weightsOf(classifier);
  classifier.dispose();
  optimizer.dispose();
  return weights;
}

const trouble = (what: string, changes: Partial<TrainOptions> = {}): Promise<Error> =>
  errorOf(() => trained(2, { trouble: what }, changes));

describe.skipIf(availableParallelism() < 2).each(testedBackends)('two replicas [%s]', (backend) => {
  let present = false;
  beforeAll(async () => {
    present = await prepareBackend(backend).then(
      () => tf.setBackend(backend),
      () => false,
    );
  });
  afterAll(() => tf.setBackend('cpu'));
  const test = (name: string, body: () => Promise<void>): void =>
    it(name, async (context) => (present ? body() : context.skip(`backend ${backend} is not at hand`)));

  test('equal one with the whole batch, where no draw and no batch statistic depends on the share', async () => {
    const settings = { batchNorm: false, jitter: 0 };
    const start = await initialWeights(settings);
    const one = await trained(1, settings, {}, start);
    const two = await trained(2, settings, {}, start);
    expect(two.steps).toBe(8);
    two.losses.forEach((loss, i) => expect(loss).toBeCloseTo(one.losses[i]!, 5));
    two.weights.forEach((weight, i) => weight.forEach((w, j) => expect(w).toBeCloseTo(one.weights[i]![j]!, 4)));
  });

  test('give the same run twice, bit for bit, running averages included, also over an interruption', async () => {
    // What is restored does not depend on the backend: one is enough for the second optimizer.
    for (const optimizer of backend === 'cpu' ? ['sgd', 'adamW'] : ['sgd']) {
      const start = await initialWeights();
      const whole = await trained(2, { optimizer }, {}, start);
      const before = tf.memory().numTensors;
      const again = await trained(2, { optimizer }, {}, start);
      expect(again).toMatchObject({ losses: whole.losses, weights: whole.weights });
      expect(tf.memory().numTensors, 'tensors left behind in this thread').toBe(before);
      const checkpoints = memoryCheckpoints();
      const stop = new AbortController();
      let steps = 0;
      const callbacks = [{ onBatchEnd: () => (++steps === 6 ? stop.abort() : undefined) }];
      await trained(2, { optimizer }, { checkpoints, callbacks, signal: stop.signal }, start);
      const rest = await trained(2, { optimizer }, { checkpoints });
      expect(rest.losses).toEqual(whole.losses.slice(6));
      expect(rest.weights).toEqual(whole.weights);
    }
  });
});

describe.skipIf(availableParallelism() < 2)('a replica that is lost', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('in its thread is a typed error, and the steps before it are kept', async () => {
    const start = await initialWeights();
    const whole = await trained(2, {}, {}, start);
    const before = tf.memory().numTensors;
    for (const [what, got] of [
      ['exit', 'replica 1: expected to go on until the run ends, got the end of its thread (exit code 3)'],
      ['step', 'replica 1: expected to take its share of every step, got a step that fails'],
    ] as const) {
      const checkpoints = memoryCheckpoints();
      const parts = { trouble: what };
      const error = await trained(2, parts, { checkpoints }, start).catch((reason: unknown) => reason as Error);
      expect(error).toBeInstanceOf(ReplicaError);
      expect((error as Error).message).toContain(got);
      expect((await checkpoints.load('last'))!.position).toMatchObject({ epoch: 1, stepInEpoch: 1, step: 5 });
      const rest = await trained(2, {}, { checkpoints });
      expect(rest.losses).toEqual(whole.losses.slice(5));
      expect(rest.weights).toEqual(whole.weights);
      expect(tf.memory().numTensors, 'tensors left behind in this thread').toBe(before);
    }
  });

  it('whose weights drift from the others is noticed', async () => {
    const error = await trouble('drift', { epochs: 10 });
    expect(error).toBeInstanceOf(ReplicaError);
    expect(error.message).toBe(
      'train: expected the same weights in every replica, got other bits in replica 1. ' +
        'A step must depend on nothing but its batch and its random stream',
    );
  });

  it('whose loss reaches other variables is noticed at once', async () => {
    const error = await trouble('frozen');
    expect(error).toBeInstanceOf(ReplicaError);
    expect(error.message).toMatch(
      /^train: expected gradients of the same variables in every replica, got others in replica 1/,
    );
  });

  it('because it cannot make its parts, or makes others, says so before the first step', async () => {
    const copy = 'It runs in a worker thread, with a copy of the settings';
    expect((await trouble('setup')).message).toBe(
      `replica 1: expected ${module.href} to make the parts of a step, got RangeError: no such thing here. ${copy}`,
    );
    expect((await trouble('shape')).message).toMatch(
      /^replica 1: expected .*parts\.mjs to make the parts of replica 0, got checkpoint: expected weight\/0/,
    );
  });

  it('because its module is no such module, says so', async () => {
    const folder = freshFolder();
    const file = (name: string, text: string): URL => {
      writeFileSync(join(folder, name), text);
      return pathToFileURL(join(folder, name));
    };
    const started = (url: URL): Promise<unknown> =>
      trained(1, {}, { replicas: workerReplicas({ count: 2, module: url }) }).catch((error: unknown) => String(error));
    expect(await started(file('empty.mjs', 'export const parts = 1;'))).toMatch(
      /^ReplicaError: replica 1: expected file:.*empty\.mjs to have a function as its default export, got undefined$/,
    );
    expect(await started(file('broken.mjs', 'throw new Error("no");'))).toMatch(
      /^ReplicaError: replica 1: expected file:.*broken\.mjs to load, got Error: no\. It runs in a worker/,
    );
  });
});

describe('workerReplicas refuses', () => {
  const cores = availableParallelism();

  it('numbers of replicas that make no sense', async () => {
    expect((await errorOf(() => workerReplicas({ count: 0, module }))).message).toBe(
      'workerReplicas: expected count to be an integer of at least 1, got 0',
    );
    expect((await errorOf(() => workerReplicas({ count: cores + 1, module }))).message).toBe(
      `workerReplicas: expected count of at most ${cores}, the number of cores, got ${cores + 1}. ` +
        'More replicas than cores only make each other wait',
    );
  });

  it('a module that is no file and settings that cannot be sent', async () => {
    const url = new URL('https://example.org/parts.js');
    expect((await errorOf(() => workerReplicas({ count: 1, module: url }))).message).toBe(
      'workerReplicas: expected module to be the URL of a file, got https://example.org/parts.js. ' +
        "Give new URL('./parts.js', import.meta.url)",
    );
    if (cores < 2) return;
    const settings = { make: () => 1 };
    expect((await errorOf(() => trained(2, settings))).message).toMatch(
      /^workerReplicas: expected settings that structuredClone can copy, got .*could not be cloned/,
    );
  });

  it('a batch that the replicas cannot share', async () => {
    if (cores < 2) return;
    const error = await trained(2, {}, { batchSize: 23 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect((error as Error).message).toBe(
      'train: expected a batchSize that 2 replicas can share equally, got 23. ' +
        'Each takes the same number of examples: change batchSize or the number of replicas',
    );
  });
});

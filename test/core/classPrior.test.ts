import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logitAdjustment, logPriorTensor, resolveClassPrior } from '../../src/core/index.js';
import { classPriorFrom } from '../../src/index.js';
import { onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { expectPrinted } from '../support/reference.js';

seedProperties();

const counts10 = [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50];

describe('classPriorFrom', () => {
  it('normalises counts and takes logarithms, in float64', () => {
    const { probabilities, logProbabilities, numClasses } = classPriorFrom([70, 20, 10]);
    expect(Array.from(probabilities)).toEqual([0.7, 0.2, 0.1]);
    expect(Array.from(logProbabilities)).toEqual([0.7, 0.2, 0.1].map(Math.log));
    expect(numClasses).toBe(3);
  });

  it('gives the known facts of CIFAR-10-LT', () => {
    const { probabilities, logProbabilities } = classPriorFrom(counts10);
    expectPrinted([logProbabilities[0]!, logProbabilities[9]!], '-0.908742314, -5.513912500');
    expectPrinted([logProbabilities[0]! - logProbabilities[9]!], '4.605170186');
    expectPrinted([-probabilities.reduce((sum, p) => sum + p * Math.log(p), 0)], '1.643727770383');
  });

  it('sums to 1 and does not depend on the scale, nor on the order of classes', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 2, maxLength: 20 });
    const property = fc.property(counts, fc.integer({ min: 1, max: 1000 }), (values, scale) => {
      const { probabilities } = classPriorFrom(values);
      expectClose([probabilities.reduce((sum, p) => sum + p, 0)], [1], 1e-12);
      expectClose(classPriorFrom(values.map((n) => n * scale)).probabilities, probabilities, 1e-12);
      expectClose(classPriorFrom([...values].reverse()).probabilities, [...probabilities].reverse(), 1e-12);
    });
    fc.assert(property);
  });

  it('a floor lifts smaller counts, 0 included, and leaves the others', () => {
    expect(Array.from(classPriorFrom([8, 0, 1], { floor: 1 }).probabilities)).toEqual([0.8, 0.1, 0.1]);
    expect(Array.from(classPriorFrom([6, 0.5], { floor: 2 }).probabilities)).toEqual([0.75, 0.25]);
  });

  it('copies its input', () => {
    const counts = [3, 1];
    const prior = classPriorFrom(counts);
    counts[0] = 100;
    expect(prior.probabilities[0]).toBe(0.75);
  });

  it.each<[string, unknown, { floor?: number }, string]>([
    ['one class', [5], {}, 'classPriorFrom: expected counts of at least 2 classes, got 1'],
    ['nothing', undefined, {}, 'classPriorFrom: expected counts of at least 2 classes, got undefined'],
    ['a negative count', [1, -2], {}, 'classPriorFrom: expected counts[1] to be a finite number of at least 0, got -2'],
    ['NaN', [NaN, 2], {}, 'classPriorFrom: expected counts[0] to be a finite number of at least 0, got NaN'],
    [
      'Infinity',
      [1, Infinity],
      { floor: 1 },
      'classPriorFrom: expected counts[1] to be a finite number of at least 0, got Infinity',
    ],
    [
      'a class without examples',
      [4, 1, 0],
      {},
      'classPriorFrom: expected every entry of counts to be positive, got 0 for class 2. ' +
        'Drop the class, or use classPriorFrom(counts, { floor })',
    ],
  ])('refuses %s', (_, counts, options, message) => {
    const call = (): unknown => classPriorFrom(counts as number[], options);
    expect(call).toThrow(refusal('InvalidArgumentError', message));
  });

  it.each([0, -1, NaN])('refuses the floor %s', (floor) => {
    expect(() => classPriorFrom([1, 2], { floor })).toThrow(/^classPriorFrom: expected floor to be a finite number/);
  });
});

describe('resolveClassPrior', () => {
  it('names the function and the option', () => {
    const refuses = (options: object, message: string): void =>
      expect(() => resolveClassPrior('f', options, 3)).toThrow(refusal('InvalidArgumentError', message));
    refuses({}, 'f: expected either classCounts or classPrior, got neither');
    refuses(
      { classCounts: [1, 2, 3], classPrior: [1, 2, 3] },
      'f: expected either classCounts or classPrior, got both',
    );
    refuses({ classCounts: [1, 2] }, 'f: expected classCounts of length 3, got 2');
    refuses({ classPrior: classPriorFrom([1, 2]) }, 'f: expected classPrior of length 3, got 2');
    refuses({ classPrior: [1, 2, -1] }, 'f: expected classPrior[2] to be a finite number of at least 0, got -1');
  });

  it('hands a ClassPrior through', () => {
    const classPrior = classPriorFrom([1, 2, 3]);
    expect(resolveClassPrior('f', { classPrior }, 3)).toBe(classPrior);
  });
});

onEachBackend('log priors on the device', (test, backend) => {
  test('a ClassPrior keeps one copy a backend, also when first used inside tidy, and makes a new one when freed', async () => {
    const prior = classPriorFrom(counts10);
    const before = tf.memory().numTensors;
    const first = tf.tidy(() => prior.logTensor());
    expect(prior.logTensor()).toBe(first);
    expectClose(await first.data(), prior.logProbabilities, VALUE_TOLERANCE);
    expect(tf.memory().numTensors).toBe(before + 1);
    prior.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expectClose(await prior.logTensor().data(), prior.logProbabilities, VALUE_TOLERANCE);
    prior.logTensor().dispose();
    expectClose(await prior.logTensor().data(), prior.logProbabilities, VALUE_TOLERANCE);
    prior.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('another backend gets its own copy', async () => {
    if (backend === 'cpu') return;
    const prior = classPriorFrom([3, 1]);
    const here = prior.logTensor();
    await tf.setBackend('cpu');
    const there = prior.logTensor();
    expect(there).not.toBe(here);
    expectClose(await there.data(), prior.logProbabilities, VALUE_TOLERANCE);
    await tf.setBackend(backend);
    expect(prior.logTensor()).toBe(here);
    prior.dispose();
  });

  test('plain numbers give tensors that tidy frees', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      logPriorTensor('f', { classCounts: counts10 }, 10);
      logitAdjustment('f', { classCounts: counts10, tau: 2, targetPrior: counts10 }, 10);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('logitAdjustment is tau log(pi / nu), where dividing first would round to another number', async () => {
    const [pi, nu] = [classPriorFrom([7, 2, 1]), classPriorFrom([2, 3, 5])];
    const expected = pi.logProbabilities.map((value, y) => 1.5 * (value - nu.logProbabilities[y]!));
    for (const targetPrior of [nu, [2, 3, 5]]) {
      const options = { classPrior: [7, 2, 1], targetPrior, tau: 1.5 };
      expectClose(await logitAdjustment('f', options, 3).data(), expected, VALUE_TOLERANCE);
    }
  });
});

import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { checkDtype, checkNumber, checkOneOf, checkShape, didYouMean, nearMisses } from '../../src/core/index.js';
import { refusal } from '../support/errors.js';

const refuses = (call: () => unknown, message: string): void =>
  expect(call).toThrow(refusal('InvalidArgumentError', message));

describe('checkNumber', () => {
  it('returns what fits, bounds included', () => {
    expect(checkNumber('f', 'x', 0, { min: 0, max: 1 })).toBe(0);
    expect(checkNumber('f', 'x', 1, { min: 0, max: 1 })).toBe(1);
    expect(checkNumber('f', 'x', -2.5)).toBe(-2.5);
    expect(checkNumber('f', 'x', 3, { integer: true })).toBe(3);
  });

  it('names the range it wants', () => {
    refuses(() => checkNumber('f', 'x', 2, { min: 0, max: 1 }), 'f: expected x to be a finite number in 0..1, got 2');
    refuses(() => checkNumber('f', 'x', -1, { min: 0 }), 'f: expected x to be a finite number of at least 0, got -1');
    refuses(() => checkNumber('f', 'x', 9, { max: 4 }), 'f: expected x to be a finite number of at most 4, got 9');
    refuses(() => checkNumber('f', 'x', NaN), 'f: expected x to be a finite number, got NaN');
    refuses(() => checkNumber('f', 'x', Infinity), 'f: expected x to be a finite number, got Infinity');
    refuses(() => checkNumber('f', 'x', '1'), 'f: expected x to be a finite number, got 1');
    refuses(() => checkNumber('f', 'x', undefined), 'f: expected x to be a finite number, got undefined');
    refuses(() => checkNumber('f', 'x', 1.5, { integer: true }), 'f: expected x to be an integer, got 1.5');
  });
});

describe('checkShape and checkDtype', () => {
  it('accept what fits; null stands for any size', () => {
    expect(() => checkShape('f', 'x', tf.zeros([2, 3]), [2, 3])).not.toThrow();
    expect(() => checkShape('f', 'x', tf.zeros([2, 3]), [null, 3])).not.toThrow();
    expect(() => checkShape('f', 'x', tf.scalar(1), [])).not.toThrow();
    expect(() => checkDtype('f', 'x', tf.scalar(1, 'int32'), 'int32')).not.toThrow();
  });

  it('name both shapes or dtypes', () => {
    refuses(() => checkShape('f', 'x', tf.zeros([2, 3]), [null, 4]), 'f: expected x of shape [any, 4], got [2, 3]');
    refuses(() => checkShape('f', 'x', tf.zeros([2]), [2, 1]), 'f: expected x of shape [2, 1], got [2]');
    refuses(() => checkShape('f', 'x', tf.zeros([2]), []), 'f: expected x of shape [], got [2]');
    refuses(() => checkDtype('f', 'x', tf.scalar(1), 'int32'), 'f: expected x of dtype int32, got float32');
  });
});

describe('near misses', () => {
  const names = ['logit-adjusted', 'balanced-softmax', 'focal', 'ce'];

  it('nearest first, at most three, capitals aside', () => {
    expect(nearMisses('logit-adjusted', names)).toEqual(['logit-adjusted']);
    expect(nearMisses('Logit-Ajusted', names)).toEqual(['logit-adjusted']);
    expect(nearMisses('ocal', ['local', 'focal', 'vocal', 'total', 'loca'])).toEqual(['local', 'focal', 'vocal']);
    expect(nearMisses('tau', ['taus', 'tau', 'beta'])).toEqual(['tau', 'taus']);
    expect(nearMisses('something else', names)).toEqual([]);
  });

  it('become a question, or nothing', () => {
    expect(didYouMean('focl', names)).toBe('Did you mean "focal"?');
    expect(didYouMean('bet', ['beta', 'best'])).toBe('Did you mean "beta" or "best"?');
    expect(didYouMean('zzzzzzz', names)).toBeUndefined();
    expect(didYouMean(7, names)).toBeUndefined();
  });

  it('are the hint of checkOneOf', () => {
    expect(checkOneOf('f', 'loss', 'ce', names)).toBe('ce');
    const all = 'logit-adjusted, balanced-softmax, focal, ce';
    refuses(
      () => checkOneOf('f', 'loss', 'focus', names),
      `f: expected loss to be one of ${all}, got focus. Did you mean "focal"?`,
    );
    refuses(() => checkOneOf('f', 'loss', 'abcdefgh', names), `f: expected loss to be one of ${all}, got abcdefgh`);
    refuses(() => checkOneOf('f', 'loss', undefined, names), `f: expected loss to be one of ${all}, got undefined`);
  });
});

import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, randomStream } from '../../src/core/index.js';
import { cifarResNet, createModel, mlp, officialLogitAdjustmentResNet } from '../../src/models/index.js';

const random = randomStream(1);

describe('arguments', () => {
  it.each([9, 2, 8.5, NaN])('cifarResNet refuses depth %d', (depth) => {
    expect(() => cifarResNet({ depth, numClasses: 10, random })).toThrow(
      new InvalidArgumentError('cifarResNet', 'depth to be 6n + 2 with n >= 1 (8, 20, 32, 56, ...)', depth),
    );
  });

  it('cifarResNet says what it wants', () => {
    expect(() => cifarResNet({ depth: 9, numClasses: 10, random })).toThrow(
      expect.objectContaining({
        message: 'cifarResNet: expected depth to be 6n + 2 with n >= 1 (8, 20, 32, 56, ...), got 9',
      }),
    );
    expect(() => cifarResNet({ depth: 8, numClasses: 1, random })).toThrow(
      expect.objectContaining({ message: 'cifarResNet: expected numClasses to be an integer of at least 2, got 1' }),
    );
    expect(() => cifarResNet({ depth: 8, numClasses: 2, inputShape: [32, 32], random })).toThrow(
      expect.objectContaining({
        message: 'cifarResNet: expected inputShape [rows, columns, channels] of positive integers, got [32, 32]',
      }),
    );
  });

  it('so do the others', () => {
    expect(() => officialLogitAdjustmentResNet({ numClasses: 2, inputShape: [8, 8, 0], random })).toThrow(
      expect.objectContaining({
        message:
          'officialLogitAdjustmentResNet: expected inputShape [rows, columns, channels] of positive integers, ' +
          'got [8, 8, 0]',
      }),
    );
    expect(() => mlp({ numClasses: 2, inputShape: [], random })).toThrow(
      expect.objectContaining({ message: 'mlp: expected inputShape of positive integers, got []' }),
    );
    expect(() => mlp({ numClasses: 2, inputShape: [3], hiddenUnits: [4, 0.5], random })).toThrow(
      expect.objectContaining({ message: 'mlp: expected hiddenUnits[1] to be an integer of at least 1, got 0.5' }),
    );
    expect(() => createModel('resnet23', { numClasses: 2, random })).toThrow(
      expect.objectContaining({
        message:
          'createModel: expected name to be one of resnet8, resnet20, resnet32, resnet56, official-resnet, mlp, linear, ' +
          'got resnet23. Did you mean "resnet20" or "resnet8" or "resnet32"?',
      }),
    );
  });
});

import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { describe, expect, it } from 'vitest';
import { completeWasm, missingTrainingKernels, selfCheck } from '../../../src/backend/index.js';
import { testedBackends } from '../../support/backends.js';

describe.skipIf(!testedBackends.includes('wasm'))('the wasm backend as it comes', () => {
  it('fails the self-check where it lacks or has wrong kernels, and passes once completed', async () => {
    await tf.setBackend('wasm');
    expect(missingTrainingKernels('wasm')).toEqual(['Conv2DBackpropFilter', 'UnsortedSegmentSum']);
    const failed = (await selfCheck()).filter(({ ok }) => !ok).map(({ op }) => op);
    expect(failed).toContain('conv2d 3x3 stride 1 same, gradient by filter');
    expect(failed).toContain('maxPool 2x2 stride 2 valid, gradient by x');
    expect(failed).toContain('embedding, gradient by table');
    completeWasm();
    expect(missingTrainingKernels('wasm')).toEqual([]);
    expect((await selfCheck()).filter(({ ok }) => !ok)).toEqual([]);
  });
});

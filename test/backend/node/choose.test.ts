import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseBackend, prepareBackend } from '../../../src/backend/node/index.js';
import { requirePeer } from '../../../src/backend/node/tfjs.js';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'longtail-choose-'));
  vi.stubEnv('LONGTAIL_CACHE', cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

function thrown(name: string, message: string): Error {
  return expect.objectContaining({ name, message }) as Error;
}

describe('chooseBackend in Node, without the native backend', () => {
  it('takes wasm and says why not a faster one', async () => {
    const root = path.join(cache, 'native');
    expect(await chooseBackend('auto')).toEqual({
      name: 'wasm',
      reason: 'WebAssembly on one core, completed for training',
      rejected: [
        {
          name: 'tensorflow',
          reason: `prepareBackend: expected the native backend in ${root}, got nothing there. Install it with: longtail backend install`,
        },
      ],
    });
    expect(tf.getBackend()).toBe('wasm');
  });

  it('takes what is asked for by name', async () => {
    expect(await chooseBackend('cpu')).toEqual({ name: 'cpu', reason: 'asked for by name', rejected: [] });
    expect(tf.getBackend()).toBe('cpu');
    await chooseBackend('wasm');
    expect(tf.getBackend()).toBe('wasm');
  });

  it('refuses what is not at hand, and leaves the current backend', async () => {
    await chooseBackend('cpu');
    const message = `prepareBackend: expected the native backend in ${path.join(cache, 'native')}, got nothing there. Install it with: longtail backend install`;
    await expect(chooseBackend('tensorflow')).rejects.toThrow(thrown('BackendError', message));
    expect(tf.getBackend()).toBe('cpu');
  });

  it('refuses what runs in browsers only, and unknown names', async () => {
    await expect(chooseBackend('webgl')).rejects.toThrow(
      thrown(
        'BackendError',
        'chooseBackend: expected a backend for Node, got webgl. It runs in browsers only; ask for auto, tensorflow, webgpu, wasm or cpu',
      ),
    );
    await expect(chooseBackend('wams' as 'wasm')).rejects.toThrow(
      thrown(
        'InvalidArgumentError',
        'chooseBackend: expected name to be one of auto, tensorflow, webgpu, webgl, wasm, cpu, got wams. Did you mean "wasm"?',
      ),
    );
  });

  it('refuses a number of threads that is not one, under auto too', async () => {
    for (const threads of [0, -1, 1.5, NaN]) {
      await expect(chooseBackend('auto', { threads })).rejects.toThrow(
        thrown(
          'InvalidArgumentError',
          `prepareBackend: expected threads to be an integer of at least 1, got ${threads}`,
        ),
      );
    }
  });
});

describe('prepareBackend', () => {
  it('does not make the backend current', async () => {
    await chooseBackend('cpu');
    await prepareBackend('wasm');
    expect(tf.getBackend()).toBe('cpu');
  });

  it('completes wasm for training', async () => {
    await prepareBackend('wasm');
    expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')).toBeDefined();
  });

  it('keeps cpu from recommending another package on stderr', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await chooseBackend('cpu');
    await tf.add(tf.tensor1d([1]), 1).data();
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('gives the line that installs a missing package', () => {
    expect(() => requirePeer('prepareBackend', '@tensorflow/tfjs-backend-none')).toThrow(
      thrown(
        'BackendError',
        'prepareBackend: expected the package @tensorflow/tfjs-backend-none, got no such package. Install it: npm i @tensorflow/tfjs-backend-none',
      ),
    );
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { setPrecision } from '../../../src/backend/native/index.js';
import { backendPrecision, chooseBackend, prepareBackend } from '../../../src/backend/node/index.js';
import { checkBfloat16, parseFeatures } from '../../../src/backend/node/processor.js';
import { errorOf } from '../../support/errors.js';
import { onBfloat16 } from '../native/onBfloat16.js';

afterEach(() => vi.unstubAllEnvs());

const messageOf = async (body: () => unknown): Promise<string> => {
  const { name, message } = await errorOf(body);
  return `${name}: ${message}`;
};

describe('precision bfloat16', () => {
  const check = (name: string, features: string[] | null) => (): void =>
    checkBfloat16('test', { name, features: features && new Set(features) });

  it('is had on processors with instructions for it', () => {
    check('linux-x64', ['sse2', 'avx512_bf16'])();
    check('linux-x64', ['amx_bf16'])();
    check('linux-arm64', ['fp', 'bf16'])();
  });

  it('is refused on a processor without them', async () => {
    expect(await messageOf(check('linux-x64', ['avx2', 'avx512f', 'bf16']))).toBe(
      'BackendError: test: expected a processor with avx512_bf16 or amx_bf16 for precision bfloat16, got one without. ' +
        'Use precision float32',
    );
    expect(await messageOf(check('linux-arm64', ['avx512_bf16']))).toBe(
      'BackendError: test: expected a processor with bf16 for precision bfloat16, got one without. Use precision float32',
    );
  });

  it('is refused where the processor cannot be known', async () => {
    const unknown = 'BackendError: test: expected a processor known to compute in bfloat16, got';
    expect(await messageOf(check('darwin-arm64', null))).toBe(
      `${unknown} darwin-arm64, which does not tell. Use precision float32`,
    );
    expect(await messageOf(check('linux-riscv64', ['bf16']))).toBe(
      `${unknown} linux-riscv64, which does not tell. Use precision float32`,
    );
  });

  it('is refused without oneDNN, which alone is fast', async () => {
    vi.stubEnv('TF_ENABLE_ONEDNN_OPTS', '0');
    expect(await messageOf(check('linux-x64', ['avx512_bf16']))).toBe(
      'BackendError: test: expected oneDNN for precision bfloat16, got TF_ENABLE_ONEDNN_OPTS=0. Use precision float32',
    );
    vi.stubEnv('TF_ENABLE_ONEDNN_OPTS', '1');
    check('linux-x64', ['avx512_bf16'])();
  });

  it('finds the features of the first core on x64 and arm64', () => {
    const x64 = 'processor\t: 0\nflags\t\t: fpu avx512_bf16\nbugs\t\t:\n\nprocessor\t: 1\nflags\t\t: fpu\n';
    expect(parseFeatures(x64)).toEqual(new Set(['fpu', 'avx512_bf16']));
    expect(parseFeatures('processor\t: 0\nFeatures\t: fp asimd bf16\n')).toEqual(new Set(['fp', 'asimd', 'bf16']));
    expect(parseFeatures('processor\t: 0\nvmx flags\t: vnmi\n')).toBeNull();
  });

  it('is refused for another backend', async () => {
    for (const name of ['wasm', 'cpu'] as const) {
      const message =
        'BackendError: prepareBackend: expected the backend tensorflow for precision bfloat16, ' +
        `got ${name}. Use precision float32`;
      expect(await messageOf(() => prepareBackend(name, { precision: 'bfloat16' }))).toBe(message);
      expect(await messageOf(() => chooseBackend(name, { precision: 'bfloat16' }))).toBe(message);
    }
  });

  it('never lets auto take another backend', async () => {
    const cache = mkdtempSync(path.join(tmpdir(), 'longtail-precision-'));
    vi.stubEnv('LONGTAIL_CACHE', cache);
    vi.stubEnv('TF_ENABLE_ONEDNN_OPTS', 'false');
    expect(await messageOf(() => chooseBackend('auto', { precision: 'bfloat16' }))).toBe(
      'BackendError: chooseBackend: expected a backend that starts, got [prepareBackend: expected oneDNN for precision ' +
        'bfloat16, got TF_ENABLE_ONEDNN_OPTS=false. Use precision float32]',
    );
    rmSync(cache, { recursive: true });
  });

  it('is one of two', async () => {
    const precision = 'float16' as 'float32';
    expect(await messageOf(() => chooseBackend('cpu', { precision }))).toBe(
      'InvalidArgumentError: prepareBackend: expected precision to be one of float32, bfloat16, got float16. ' +
        'Did you mean "bfloat16" or "float32"?',
    );
  });
});

onBfloat16('precision of the native backend', (test) => {
  test('is that of the last call, float32 unless asked for', async () => {
    const choice = await chooseBackend('tensorflow', { precision: 'bfloat16' });
    expect(choice.precision).toBe('bfloat16');
    expect(choice.reason).toMatch(/threads? in bfloat16; from /);
    expect(backendPrecision()).toBe('bfloat16');
    await tf.setBackend('cpu');
    expect(backendPrecision()).toBe('float32');
    const { precision, reason } = await chooseBackend('tensorflow');
    expect({ precision, now: backendPrecision() }).toEqual({ precision: 'float32', now: 'float32' });
    expect(reason).not.toContain('float');
  });

  test('is not had on a GPU, and stays what it was', async () => {
    setPrecision('float32');
    const backend = tf.backend() as unknown as { isUsingGpuDevice: boolean };
    const before = backend.isUsingGpuDevice;
    backend.isUsingGpuDevice = true;
    const message = await messageOf(() => prepareBackend('tensorflow', { precision: 'bfloat16' }));
    backend.isUsingGpuDevice = before;
    expect(message).toBe(
      'BackendError: prepareBackend: expected the processor for precision bfloat16, got a GPU. Use precision float32',
    );
    expect(backendPrecision()).toBe('float32');
  });
});

import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BackendName, chooseBackend } from '../../src/backend/index.js';
import { BackendError, InvalidArgumentError } from '../../src/core/index.js';

/** A backend that starts and computes nothing. */
class IdleBackend extends tf.KernelBackend {
  override dispose(): void {}
}

/** Puts a backend into TensorFlow.js's registry, as importing its package in a page does. */
function load(name: string, start: () => tf.KernelBackend | Promise<tf.KernelBackend> = () => new IdleBackend()): void {
  tf.registerBackend(name, start);
}

const broken = (): Promise<tf.KernelBackend> => Promise.reject(new Error('no adapter'));
const notLoaded = (name: string): string =>
  `chooseBackend: expected the backend ${name} to be loaded, got a page without it. ` +
  `Import '@tensorflow/tfjs-backend-${name}' first`;
const notStarted = (name: string): string =>
  `chooseBackend: expected the backend ${name} to start, got a failure. TensorFlow.js logs the cause on the console`;
const packed =
  'chooseBackend: expected webgl with unpacked textures, got one in use with packed textures. ' +
  'Call chooseBackend before TensorFlow.js computes anything';

/** What `chooseBackend` throws. */
async function refusal(name?: BackendName): Promise<unknown> {
  return chooseBackend(name).then(
    () => expect.fail('chose a backend'),
    (error: unknown) => error,
  );
}

tf.env().registerFlag('WEBGL_PACK', () => true);
tf.env().registerFlag('WEBGL_RENDER_FLOAT32_ENABLED', () => true);
tf.env().registerFlag('WEBGL_PACK_BINARY_OPERATIONS', () => tf.env().getBool('WEBGL_PACK'));

describe('chooseBackend in a browser', () => {
  beforeEach(() => {
    tf.env().set('WEBGL_PACK', true);
    tf.env().set('WEBGL_PACK_BINARY_OPERATIONS', false);
    tf.env().set('WEBGL_RENDER_FLOAT32_ENABLED', true);
    vi.spyOn(console, 'warn').mockReturnValue();
  });
  afterEach(() => {
    for (const name of tf.engine().backendNames()) tf.removeBackend(name);
    vi.restoreAllMocks();
  });

  it('takes webgpu before all others', async () => {
    for (const name of ['cpu', 'wasm', 'webgl', 'webgpu']) load(name);
    const choice = await chooseBackend();
    expect(choice).toEqual({ name: 'webgpu', reason: 'the GPU through WebGPU, best in a browser', rejected: [] });
    expect(tf.getBackend()).toBe('webgpu');
  });

  it('takes webgl next, with packed textures off before it starts, and says why not webgpu', async () => {
    const packedAtStart: unknown[] = [];
    load('cpu');
    load('webgl', () => {
      packedAtStart.push(tf.env().getBool('WEBGL_PACK'));
      return new IdleBackend();
    });
    expect(await chooseBackend('auto')).toEqual({
      name: 'webgl',
      reason: 'the GPU through WebGL, with unpacked textures',
      rejected: [{ name: 'webgpu', reason: notLoaded('webgpu') }],
    });
    expect(packedAtStart).toEqual([false]);
  });

  it('passes over a webgl of float16 only', async () => {
    tf.env().set('WEBGL_RENDER_FLOAT32_ENABLED', false);
    load('webgl');
    load('cpu');
    const reason =
      'chooseBackend: expected webgl in float32, got float16 textures. ' +
      "This device renders no more: take chooseBackend('wasm') or 'cpu' of tfjs-longtail/backend";
    const { name, rejected } = await chooseBackend();
    expect([name, rejected[1]]).toEqual(['cpu', { name: 'webgl', reason }]);
    expect(((await refusal('webgl')) as Error).message).toBe(reason);
  });

  it('takes wasm next, completed, when webgpu does not start', async () => {
    load('webgpu', broken);
    load('wasm', () => Promise.resolve(new IdleBackend()));
    load('cpu');
    expect(await chooseBackend()).toEqual({
      name: 'wasm',
      reason: 'WebAssembly on the processor, completed for training',
      rejected: [
        { name: 'webgpu', reason: notStarted('webgpu') },
        { name: 'webgl', reason: notLoaded('webgl') },
      ],
    });
    expect(tf.getBackend()).toBe('wasm');
    expect(tf.getKernel('UnsortedSegmentSum', 'wasm')).toBeDefined();
  });

  it('takes cpu last', async () => {
    load('cpu');
    const { name, reason, rejected } = await chooseBackend();
    expect([name, reason]).toEqual(['cpu', 'plain JavaScript, slow, but with every kernel']);
    expect(rejected).toEqual(['webgpu', 'webgl', 'wasm'].map((one) => ({ name: one, reason: notLoaded(one) })));
  });

  it('does not trust a webgl that computes with packed textures already', async () => {
    load('webgl');
    load('cpu');
    await tf.setBackend('webgl');
    tf.env().set('WEBGL_PACK_BINARY_OPERATIONS', true); // as if something had been added
    expect((await chooseBackend()).rejected[1]).toEqual({ name: 'webgl', reason: packed });
    expect(((await refusal('webgl')) as Error).message).toBe(packed);
  });

  it('unpacks a webgl that has started but computed nothing', async () => {
    load('webgl');
    await tf.setBackend('webgl');
    expect((await chooseBackend('webgl')).name).toBe('webgl');
    expect(tf.env().getBool('WEBGL_PACK')).toBe(false);
  });

  it('lists every reason when nothing starts', async () => {
    load('cpu', () => {
      throw new Error('broken');
    });
    const error = await refusal();
    expect(error).toBeInstanceOf(BackendError);
    const reasons = [notLoaded('webgpu'), notLoaded('webgl'), notLoaded('wasm'), notStarted('cpu')];
    expect((error as Error).message).toBe(
      `chooseBackend: expected a backend that starts, got ${reasons.map((reason) => `[${reason}]`).join(' ')}`,
    );
  });

  it.each(['webgpu', 'webgl', 'wasm', 'cpu'] as const)(
    'takes %s when it is asked for, or says what to import',
    async (name) => {
      const error = await refusal(name);
      expect(error).toBeInstanceOf(BackendError);
      expect((error as Error).message).toBe(notLoaded(name));
      for (const each of ['cpu', 'wasm', 'webgl', 'webgpu']) load(each);
      expect(await chooseBackend(name)).toEqual({ name, reason: 'asked for by name', rejected: [] });
      expect(tf.getBackend()).toBe(name);
    },
  );

  it('keeps the backend that was current when the one asked for does not start', async () => {
    load('cpu');
    load('webgpu', broken);
    await chooseBackend('cpu');
    expect(((await refusal('webgpu')) as Error).message).toBe(notStarted('webgpu'));
    expect(tf.getBackend()).toBe('cpu');
  });

  it('refuses the native backend, which only Node has', async () => {
    const error = await refusal('tensorflow');
    expect(error).toBeInstanceOf(BackendError);
    expect((error as Error).message).toBe(
      'chooseBackend: expected a backend for browsers, got tensorflow. ' +
        'It runs in Node only; ask for auto, webgpu, webgl, wasm or cpu',
    );
  });

  it('refuses an unknown name and lists the near misses', async () => {
    const error = await refusal('webgup' as BackendName);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect((error as Error).message).toBe(
      'chooseBackend: expected name to be one of auto, tensorflow, webgpu, webgl, wasm, cpu, got webgup. ' +
        'Did you mean "webgpu" or "webgl"?',
    );
  });
});

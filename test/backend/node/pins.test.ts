import { describe, expect, it } from 'vitest';
import { planFor } from '../../../src/backend/node/pins.js';

const pinned = /^[0-9a-f]{64}$/;

describe('planFor', () => {
  it('names the folder by versions, platform and recipe', () => {
    expect(planFor('f', { platform: 'linux-x64' }).id).toBe('tensorflow-cpu-2.21.0-tfjs-node-4.22.0-linux-x64-1');
    expect(planFor('f', { platform: 'linux-x64', gpu: true }).id).toBe(
      'tensorflow-2.21.0-tfjs-node-4.22.0-linux-x64-gpu-1',
    );
  });

  it.each([
    ['linux-x64', { gpu: false }],
    ['linux-x64', { gpu: true }],
    ['linux-arm64', { force: true }],
    ['darwin-arm64', { force: true }],
  ])('pins every download for %s %o', (platform, options) => {
    const plan = planFor('f', { platform, ...options });
    for (const wheel of [plan.tensorflow, ...plan.cuda]) expect(wheel.sha256).toMatch(pinned);
    for (const { integrity } of [plan.tfjsNode, plan.protobuf, plan.nodeApiHeaders]) {
      expect(Buffer.from(integrity.replace('sha512-', ''), 'base64')).toHaveLength(64);
    }
    expect(plan.cuda).toHaveLength('gpu' in options && options.gpu ? 12 : 0);
  });

  it.each([
    [
      'linux-arm64',
      {},
      'f: expected linux-x64, got linux-arm64. Use the wasm backend, which needs nothing installed, or pass force to try it all the same',
    ],
    [
      'win32-x64',
      { force: true },
      'f: expected linux-x64 (or, with force, linux-arm64 or darwin-arm64), got win32-x64. Use the wasm backend, which needs nothing installed',
    ],
    [
      'linux-x64-musl',
      { force: true },
      'f: expected linux-x64 (or, with force, linux-arm64 or darwin-arm64), got linux-x64-musl. Use the wasm backend, which needs nothing installed',
    ],
    [
      'darwin-arm64',
      { gpu: true, force: true },
      'f: expected linux-x64 for the CUDA libraries, got darwin-arm64. Use the wasm backend, which needs nothing installed',
    ],
  ])('refuses %s with %o', (platform, options, message) => {
    expect(() => planFor('f', { platform, ...options })).toThrow(
      expect.objectContaining({ name: 'BackendError', message }) as Error,
    );
  });
});

import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { installPlan } from '../../../src/backend/node/install.js';
import { planFor } from '../../../src/backend/node/pins.js';
import { prepareBackend } from '../../../src/backend/node/prepare.js';
import { nativeBackendStatus } from '../../../src/backend/node/status.js';
import { uninstallNativeBackend } from '../../../src/backend/node/uninstall.js';
import { sha256 } from './support/archives.js';
import { runScript } from './support/child.js';
import { compileSources } from './support/compiled.js';
import type { Compiled } from './support/compiled.js';
import { fakeMachine } from './support/fakeTools.js';
import type { FakeMachine } from './support/fakeTools.js';

const repair = 'Repair it with: longtail backend install --force';
let machine: FakeMachine;

beforeEach(async () => {
  machine = await fakeMachine();
  vi.stubEnv('LONGTAIL_CACHE', machine.cacheDir);
});
afterEach(() => {
  vi.unstubAllEnvs();
  machine.remove();
});

/** Installs the fake libraries where the real ones would lie. */
async function installFake(): Promise<string> {
  vi.stubEnv('PATH', machine.path);
  vi.stubEnv('CXX', '');
  const plan = { ...machine.plan, id: planFor('test', { force: true }).id };
  return (await installPlan(plan, {}, { tryAddon: () => Promise.resolve() })).folder;
}

async function refusal(): Promise<string> {
  const error = await prepareBackend('tensorflow').then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );
  expect(error?.name).toBe('BackendError');
  return error!.message;
}

describe('the installation in the cache is not loaded', () => {
  it('where there is none', async () => {
    const root = path.join(machine.cacheDir, 'native');
    expect(await refusal()).toBe(
      `prepareBackend: expected the native backend in ${root}, got nothing there. Install it with: longtail backend install`,
    );
    expect(await nativeBackendStatus()).toEqual({
      installed: false,
      reason: `nothing is installed in ${root}`,
      broken: [],
    });
  });

  it('where a library was cut short', async () => {
    const file = path.join(await installFake(), 'tensorflow', 'libone.so.2');
    truncateSync(file, 3);
    expect(await refusal()).toBe(`prepareBackend: expected ${file} with 11 bytes, got 3. ${repair}`);
    expect(await nativeBackendStatus()).toEqual({
      installed: false,
      reason: `nativeBackendStatus: expected ${file} with 11 bytes, got 3. ${repair}`,
      broken: [],
    });
  });

  it('where the addon was replaced by another of the same size', async () => {
    const file = path.join(await installFake(), 'tensorflow', 'process.node');
    writeFileSync(file, 'NOT an addon\n');
    const [expected, got] = [sha256('not an addon\n'), sha256('NOT an addon\n')];
    expect(await refusal()).toBe(`prepareBackend: expected ${file} with sha256 ${expected}, got ${got}. ${repair}`);
  });

  it('where a file of tfjs-node is gone', async () => {
    const file = path.join(await installFake(), 'node_modules', '@tensorflow', 'tfjs-node', 'dist', 'node.js');
    rmSync(file);
    expect(await refusal()).toBe(`prepareBackend: expected ${file} with 18 bytes, got no file. ${repair}`);
  });

  it('where it was moved from another version', async () => {
    const folder = await installFake();
    const other = `${folder}-other`;
    renameSync(folder, other);
    expect(await refusal()).toContain('got nothing there');
  });

  it('where the system cannot load it, with what the system says', async () => {
    const folder = await installFake();
    expect(await refusal()).toMatch(`prepareBackend: expected the libraries in ${folder} to load, got `);
  });
});

describe('uninstallNativeBackend', () => {
  it('removes installations and leftovers, and says what it removed', async () => {
    const folder = await installFake();
    mkdirSync(`${folder}.tmp-1-2`);
    const old = path.join(path.dirname(folder), 'an-older-version');
    mkdirSync(old);
    const { removed } = await uninstallNativeBackend();
    expect([...removed].sort()).toEqual([old, folder].sort());
    expect((await nativeBackendStatus()).installed).toBe(false);
    expect(await uninstallNativeBackend()).toEqual({ removed: [] });
  });
});

describe("a package of the user's own", () => {
  let compiled: Compiled;
  beforeAll(() => {
    compiled = compileSources();
  });
  afterAll(() => compiled.remove());

  /** A project with the given packages, and what `loadNative` says in it. */
  async function loadIn(packages: Readonly<Record<string, string>>) {
    const modules = path.join(machine.folder, 'project', 'node_modules', '@tensorflow');
    for (const [name, main] of Object.entries(packages)) {
      mkdirSync(path.join(modules, name), { recursive: true });
      writeFileSync(path.join(modules, name, 'package.json'), `{"name":"@tensorflow/${name}","version":"4.0.0"}`);
      writeFileSync(path.join(modules, name, 'index.js'), main);
    }
    symlinkSync(path.resolve('node_modules/@tensorflow/tfjs'), path.join(modules, 'tfjs'));
    const script = `
      import { loadNative } from ${JSON.stringify(compiled.node('load'))};
      import { nativeBackendStatus } from ${JSON.stringify(compiled.node('status'))};
      import { loadTfjs } from ${JSON.stringify(compiled.node('tfjs'))};
      const tf = loadTfjs('test');
      await tf.setBackend('cpu');
      const result = await loadNative('test').then(
        ({ source }) => ({ source }),
        (error) => ({ error: error.message }),
      );
      const kernels = tf.getKernelsForBackend('tensorflow').length;
      console.log(JSON.stringify({ ...result, current: tf.getBackend(), kernels, status: await nativeBackendStatus() }));`;
    const { stdout, stderr } = await runScript(script, { cwd: path.dirname(path.dirname(modules)) });
    expect(stderr).toBe('');
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  const working = `
    const tf = require('@tensorflow/tfjs');
    tf.registerBackend('tensorflow', tf.findBackendFactory('cpu'), 3);
    tf.setBackend('tensorflow');`;
  const broken = `
    const tf = require('@tensorflow/tfjs');
    tf.registerKernel({ kernelName: 'Abs', backendName: 'tensorflow', kernelFunc: () => {} });
    throw new Error('The addon can not be found\\nand more');`;

  it('that works is taken, and the current backend stays', async () => {
    expect(await loadIn({ 'tfjs-node': working })).toMatchObject({ source: 'tfjs-node', current: 'cpu' });
  });

  it('with a GPU comes first', async () => {
    const result = await loadIn({ 'tfjs-node': broken, 'tfjs-node-gpu': working });
    expect(result).toMatchObject({ source: 'tfjs-node-gpu', status: { broken: [] } });
    expect(result['status']).toMatchObject({ installed: true, source: 'tfjs-node-gpu', tfjsNode: '4.0.0', gpu: true });
  });

  it('that is broken gives way to the next, with the reason and without a trace', async () => {
    expect(await loadIn({ 'tfjs-node': working, 'tfjs-node-gpu': broken })).toMatchObject({
      source: 'tfjs-node',
      status: { source: 'tfjs-node', broken: ['@tensorflow/tfjs-node-gpu: The addon can not be found'] },
    });
  });

  it('that is broken is named where nothing else is there', async () => {
    expect(await loadIn({ 'tfjs-node': broken })).toMatchObject({
      error: `test: expected the native backend in ${path.join(machine.cacheDir, 'native')}, got nothing there, and @tensorflow/tfjs-node does not work: The addon can not be found. Install it with: longtail backend install`,
      kernels: 0,
      current: 'cpu',
      status: { installed: false, broken: ['@tensorflow/tfjs-node: The addon can not be found'] },
    });
  });

  it('with another copy of TensorFlow.js is of no use', async () => {
    expect((await loadIn({ 'tfjs-node': '' }))['error']).toContain(
      '@tensorflow/tfjs-node does not work: @tensorflow/tfjs-node uses another copy of @tensorflow/tfjs',
    );
  });
});

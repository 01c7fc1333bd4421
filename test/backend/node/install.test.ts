import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { installPlan } from '../../../src/backend/node/install.js';
import type { InstallResult, InstallSeams } from '../../../src/backend/node/install.js';
import type { NativePlan } from '../../../src/backend/node/pins.js';
import type { InstallOptions, InstallProgress } from '../../../src/backend/node/progress.js';
import { fakeMachine } from './support/fakeTools.js';
import type { FakeMachine } from './support/fakeTools.js';

let machine: FakeMachine;
const loads: InstallSeams = { tryAddon: () => Promise.resolve() };

beforeEach(async () => {
  machine = await fakeMachine();
  vi.stubEnv('PATH', machine.path);
  vi.stubEnv('CXX', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  machine.remove();
});

function install(options: InstallOptions = {}, seams = loads, plan: NativePlan = machine.plan): Promise<InstallResult> {
  return installPlan(plan, { cacheDir: machine.cacheDir, ...options }, seams);
}

function root(): string[] {
  const folder = path.join(machine.cacheDir, 'native');
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** The installation must fail with this message and leave nothing, not even a lock. */
async function expectRefusal(message: string, seams = loads, plan = machine.plan): Promise<void> {
  const error = await install({}, seams, plan).then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );
  expect(error?.message).toBe(message);
  expect(error?.name).toBe('BackendError');
  expect(root()).toEqual([]);
}

describe('installPlan', () => {
  it('puts libraries, addons and tfjs-node together and nothing else', async () => {
    const { folder, installed, libtensorflow } = await install();
    expect({ installed, libtensorflow }).toEqual({ installed: true, libtensorflow: '1.0' });
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map((file) => path.relative(folder, path.join(file.parentPath, file.name))).sort()).toEqual([
      'manifest.json',
      'node_modules/@tensorflow/tfjs-core/index.js',
      'node_modules/@tensorflow/tfjs-node/dist/node.js',
      'node_modules/@tensorflow/tfjs-node/package.json',
      'node_modules/@tensorflow/tfjs/index.js',
      'node_modules/google-protobuf/google-protobuf.js',
      'node_modules/google-protobuf/package.json',
      'tensorflow/libone.so.2',
      'tensorflow/libtwo.so.2',
      'tensorflow/process.node',
      'tensorflow/tfjs_binding.node',
    ]);
    expect(readFileSync(path.join(folder, 'tensorflow', 'libone.so.2'), 'utf8')).toBe('library one');
    expect(root()).toEqual([machine.plan.id]);
  });

  it('tells each step once, in order', async () => {
    const seen: InstallProgress[] = [];
    await install({ onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ step, steps, message }) => `${step}/${steps} ${message}`)).toEqual([
      '1/6 checking tools and disk space',
      '2/6 downloading tiny 1.0 (1 MB)',
      '3/6 unpacking libtensorflow',
      '4/6 downloading tfjs-node',
      '5/6 compiling the addon',
      '6/6 trying it',
    ]);
  });

  it('does nothing, and runs no tool, where it is installed', async () => {
    const { folder } = await install();
    const calls = machine.calls().length;
    const before = readFileSync(path.join(folder, 'manifest.json'), 'utf8');
    expect(await install()).toMatchObject({ folder, installed: false });
    expect(machine.calls()).toHaveLength(calls);
    expect(readFileSync(path.join(folder, 'manifest.json'), 'utf8')).toBe(before);
  });

  it('installs again with force, and where a file is damaged', async () => {
    const { folder } = await install();
    expect((await install({ force: true })).installed).toBe(true);
    const library = path.join(folder, 'tensorflow', 'libone.so.2');
    writeFileSync(library, 'library 0');
    expect((await install()).installed).toBe(true);
    expect(readFileSync(library, 'utf8')).toBe('library one');
    expect(root()).toEqual([machine.plan.id]);
  });

  it('adds the CUDA libraries where TensorFlow looks for them', async () => {
    const cuda = { ...machine.plan.tensorflow };
    const { folder } = await install({}, loads, { ...machine.plan, cuda: [cuda] });
    expect(JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8'))).toMatchObject({ gpu: true });
    expect(readFileSync(path.join(folder, 'nvidia', 'cuda', 'lib', 'libcuda.so'), 'utf8')).toBe('cuda');
  });

  it('takes the compiler from CXX, else the first that runs', async () => {
    machine.set('clang++', 'exit 1');
    vi.stubEnv('CXX', 'clang++');
    await expectRefusal(
      'installNativeBackend: expected a C++ compiler, got none of clang++ that runs. Install one (Debian, Ubuntu: apt install g++; macOS: xcode-select --install) or name it in CXX; the wasm backend needs none of this',
    );
    vi.stubEnv('CXX', '');
    machine.set('c++', readFileSync(path.join(machine.path, 'g++'), 'utf8'));
    machine.set('g++', undefined);
    expect((await install()).installed).toBe(true);
  });
});

describe('installPlan refuses', () => {
  it('without python3', async () => {
    machine.set('python3', undefined);
    await expectRefusal(
      'installNativeBackend: expected python3 with pip on PATH, got no python3. Install both (Debian, Ubuntu: apt install python3 python3-pip); the wasm backend needs none of this',
    );
  });

  it('without pip', async () => {
    machine.set('python3', 'echo "python3: No module named pip" >&2; exit 1');
    await expectRefusal(
      'installNativeBackend: expected python3 with pip on PATH, got python3: No module named pip. Install both (Debian, Ubuntu: apt install python3 python3-pip); the wasm backend needs none of this',
    );
  });

  it('without npm', async () => {
    machine.set('npm', undefined);
    await expectRefusal(
      'installNativeBackend: expected npm on PATH, got no npm. Install npm, which comes with Node; the wasm backend needs none of this',
    );
  });

  it('without a compiler, before anything is downloaded', async () => {
    machine.set('g++', undefined);
    await expectRefusal(
      'installNativeBackend: expected a C++ compiler, got none of g++, clang++, c++ that runs. Install one (Debian, Ubuntu: apt install g++; macOS: xcode-select --install) or name it in CXX; the wasm backend needs none of this',
    );
    expect(machine.calls().filter((call) => call.includes('download'))).toEqual([]);
  });

  it('without disk space, before anything is downloaded', async () => {
    const folder = path.join(machine.cacheDir, 'native');
    await expectRefusal(
      `installNativeBackend: expected 1.5 GB free in ${folder}, got 0.2 GB. Free some, or put the cache on another disk with LONGTAIL_CACHE`,
      { ...loads, freeBytes: () => Promise.resolve(2e8) },
      { ...machine.plan, diskBytes: 1.5e9 },
    );
    expect(machine.calls().filter((call) => call.includes('download'))).toEqual([]);
  });

  it.each([
    ['python3', 'echo "OSError: [Errno 28] No space left on device" >&2; exit 2'],
    ['g++', 'echo "fatal error: error writing to x.s: No space left on device" >&2; exit 1'],
  ])('when the disk fills up under %s', async (tool, script) => {
    machine.set(tool, `case "$*" in *--version*) exit 0;; esac; ${script}`);
    await expectRefusal(
      'installNativeBackend: expected enough disk space, got a full disk. Free some, or put the cache on another disk with LONGTAIL_CACHE',
    );
  });

  it('when the disk fills up under its own writing', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    await expectRefusal(
      'installNativeBackend: expected enough disk space, got a full disk. Free some, or put the cache on another disk with LONGTAIL_CACHE',
      { tryAddon: () => Promise.reject(full) },
    );
  });

  it('when the cache folder cannot be made', async () => {
    writeFileSync(machine.cacheDir, 'a file');
    const folder = path.join(machine.cacheDir, 'native', machine.plan.id);
    await expect(install()).rejects.toThrow(
      `installNativeBackend: expected to write ${folder}, got ENOTDIR: not a directory`,
    );
  });

  it.each([
    ['python3', 'WARNING: Retrying: NewConnectionError(): Name or service not known', 'the wheel of tiny==1.0'],
    ['npm', 'npm error code ENOTFOUND', 'the package @tensorflow/tfjs-node@1.0.0'],
  ])('offline (%s)', async (tool, output, what) => {
    machine.set(tool, `case "$*" in *--version*) exit 0;; esac; echo "${output}" >&2; exit 1`);
    await expectRefusal(
      `installNativeBackend: expected ${what}, got no network. Go online and try again; what is done so far is not kept`,
    );
  });

  it.each([
    ['python3', 'ERROR: No matching distribution', 'the wheel of tiny==1.0'],
    ['npm', 'npm error 403 Forbidden', 'the package @tensorflow/tfjs-node@1.0.0'],
    ['g++', 'x.cc:1: error: expected unqualified-id', 'g++ to compile the addon of tfjs-node'],
  ])('when %s fails, with its last words', async (tool, output, what) => {
    machine.set(tool, `case "$*" in *--version*) exit 0;; esac; echo "${output}" >&2; exit 7`);
    await expectRefusal(`installNativeBackend: expected ${what}, got ${tool} ended with 7. ${output}`);
  });

  it.each([
    ['python3', 'the wheel of tiny==1.0 from pip', 'no file'],
    ['npm', 'tensorflow-tfjs-node-1.0.0.tgz from npm', 'no such file'],
  ])('when %s succeeds without a file', async (tool, what, got) => {
    machine.set(tool, 'exit 0');
    await expectRefusal(`installNativeBackend: expected ${what}, got ${got}`);
  });

  it('a wheel with another checksum', async () => {
    const { tensorflow } = machine.plan;
    const sha256 = '0'.repeat(64);
    await expectRefusal(
      `installNativeBackend: expected tiny-1.0-py3-none-any.whl with sha256 ${sha256}, got ${tensorflow.sha256}. It was not used; try again`,
      loads,
      { ...machine.plan, tensorflow: { ...tensorflow, sha256 } },
    );
    expect(machine.calls().filter((call) => call.startsWith('npm pack'))).toEqual([]);
  });

  it('a package with another checksum', async () => {
    const { tfjsNode } = machine.plan;
    const integrity = `sha512-${Buffer.alloc(64).toString('base64')}`;
    await expectRefusal(
      `installNativeBackend: expected tensorflow-tfjs-node-1.0.0.tgz with ${integrity}, got ${tfjsNode.integrity}. It was not used; try again`,
      loads,
      { ...machine.plan, tfjsNode: { ...tfjsNode, integrity } },
    );
    expect(machine.calls().filter((call) => call.includes(' -o '))).toEqual([]);
  });

  it('a wheel without a library', async () => {
    await expectRefusal('installNativeBackend: expected 4 needed files in the wheel, got 3', loads, {
      ...machine.plan,
      libraries: [...machine.plan.libraries, 'libthree.so.2'],
    });
  });

  it('an addon that this machine cannot load', async () => {
    const error = await install({}, {}).then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    expect(error?.message).toMatch(
      /^installNativeBackend: expected the TensorFlow library to load on this machine, got 1\. .*Use the wasm backend here$/,
    );
    expect(root()).toEqual([]);
  });
});

describe('installPlan, aborted', () => {
  it.each([1, 2, 3, 4, 5, 6])('at step %i leaves nothing, and the next run succeeds', async (at) => {
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const onProgress = ({ step }: InstallProgress): void => {
      if (step === at) controller.abort(reason);
    };
    await expect(install({ signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(root()).toEqual([]);
    expect((await install()).installed).toBe(true);
  });
});

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NativePlan } from '../../../../src/backend/node/pins.js';
import { integrity, packageOf, sha256, zipOf } from './archives.js';

/** Shell scripts in the place of pip, npm and the compiler, and a plan whose checksums are those of what they give. */
export interface FakeMachine {
  readonly folder: string;
  readonly cacheDir: string;
  readonly plan: NativePlan;
  /** PATH with the scripts and nothing else. */
  readonly path: string;
  /** Replaces a tool by another script, or removes it. */
  set(tool: string, script: string | undefined): void;
  /** The commands run so far, one line each. */
  calls(): string[];
  remove(): void;
}

const wheelEntries = {
  'tensorflow/libone.so.2': 'library one',
  'tensorflow/libtwo.so.2': 'library two',
  'tensorflow/include/tensorflow/c/c_api.h': '// the C API',
  'tensorflow/python/ops.py': 'not needed',
  'nvidia/cuda/lib/libcuda.so': 'cuda',
};

/** `addon`: what the compiler writes for an addon; by default a file that no process can load. */
export async function fakeMachine(): Promise<FakeMachine> {
  const folder = mkdtempSync(path.join(tmpdir(), 'longtail-native-'));
  const bin = path.join(folder, 'bin');
  const stock = path.join(folder, 'stock');
  mkdirSync(bin);
  mkdirSync(stock);
  const plan = await stockUp(stock);
  const log = path.join(folder, 'calls.log');
  const machine: FakeMachine = {
    folder,
    cacheDir: path.join(folder, 'cache'),
    plan,
    path: bin,
    set(tool, script) {
      const file = path.join(bin, tool);
      if (script === undefined) return rmSync(file, { force: true });
      writeFileSync(file, `#!/bin/sh\necho "${tool} $*" >> '${log}'\nPATH=/usr/bin:/bin\n${script}\n`);
      chmodSync(file, 0o755);
    },
    calls: () => readFileSync(log, { encoding: 'utf8', flag: 'a+' }).split('\n').filter(Boolean),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  machine.set('python3', fakePip(stock));
  machine.set('npm', fakeNpm(stock));
  machine.set('g++', FAKE_COMPILER);
  machine.set('strip', 'exit 0');
  return machine;
}

/** Puts a wheel and three packages into `stock`. */
async function stockUp(stock: string): Promise<NativePlan> {
  const wheel = zipOf(wheelEntries);
  writeFileSync(path.join(stock, 'tiny-1.0-py3-none-any.whl'), wheel);
  const npm = async (name: string, files: Record<string, string>) => {
    const tarball = await packageOf(files);
    writeFileSync(path.join(stock, `${name.replace('@', '').replace('/', '-')}-1.0.0.tgz`), tarball);
    return { name, version: '1.0.0', integrity: integrity(tarball) };
  };
  return {
    id: 'tiny-1.0-test',
    tensorflow: { distribution: 'tiny', version: '1.0', platforms: ['any'], sha256: sha256(wheel), megabytes: 1 },
    cuda: [],
    tfjsNode: await npm('@tensorflow/tfjs-node', {
      'package.json': '{"name":"@tensorflow/tfjs-node","version":"1.0.0"}',
      'binding/tfjs_backend.cc': '// backend',
      'binding/tfjs_binding.cc': '// binding',
      'dist/node.js': 'exports.node = {};',
      'dist/node_test.js': 'throw 1;',
      'scripts/install.js': 'throw 1;',
    }),
    protobuf: await npm('google-protobuf', { 'package.json': '{}', 'google-protobuf.js': '' }),
    nodeApiHeaders: await npm('node-api-headers', { 'include/node_api.h': '// node' }),
    libraries: ['libone.so.2', 'libtwo.so.2'],
    headers: ['tensorflow/c/c_api.h'],
    linkFlags: [],
    tensorflowFlags: [],
    diskBytes: 1000,
  };
}

/** `pip --version`, and `pip download ... --dest DIR SPEC`. */
function fakePip(stock: string): string {
  return `[ "$3" = --version ] && exit 0
while [ "$1" != --dest ]; do shift; done
cp '${stock}'/*.whl "$2"`;
}

/** `npm --version`, and `npm pack --ignore-scripts --pack-destination DIR NAME@VERSION`. */
function fakeNpm(stock: string): string {
  return `[ "$1" = --version ] && exit 0
name=$(echo "$5" | sed -e 's/^@//' -e 's#/#-#' -e 's/@/-/')
cp "${stock}/$name.tgz" "$4"`;
}

/** Writes what stands after -o. */
const FAKE_COMPILER = `[ "$1" = --version ] && exit 0
while [ "$1" != -o ]; do shift; done
echo "not an addon" > "$2"`;

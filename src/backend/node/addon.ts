import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BackendError } from '../../core/index.js';
import { CommandFailure, lastLines, runCommand } from './command.js';
import type { NativePlan } from './pins.js';
import { PROCESS_ADDON_SOURCE } from './processAddon.js';
import { explainFailure } from './tools.js';

/** File names of the two addons, beside the TensorFlow libraries. */
export const TFJS_ADDON = 'tfjs_binding.node';
export const PROCESS_ADDON = 'process.node';

/** Where the sources lie and where the addons go. */
export interface BuildFolders {
  /** Unpacked `@tensorflow/tfjs-node`. */
  readonly tfjsNode: string;
  /** Headers of Node's stable addon interface. */
  readonly nodeApi: string;
  /** Headers of the TensorFlow C API. */
  readonly tensorflow: string;
  /** TensorFlow's libraries; the addons are written here. */
  readonly libraries: string;
}

const FLAGS = ['-std=c++17', '-O2', '-fPIC', '-shared', '-fno-exceptions', '-DNAPI_VERSION=8'];

/** Compiles tfjs-node's addon against the libraries beside it, and ours. */
export async function compileAddons(
  where: string,
  compiler: string,
  plan: NativePlan,
  folders: BuildFolders,
  signal?: AbortSignal,
): Promise<void> {
  const ours = path.join(folders.tfjsNode, 'process.cc');
  await writeFile(ours, PROCESS_ADDON_SOURCE);
  const theirs = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => path.join(folders.tfjsNode, 'binding', name));
  const includes = ['-I', folders.nodeApi, '-I', folders.tensorflow];
  const compile = async (sources: string[], name: string, link: readonly string[]): Promise<void> => {
    const output = ['-o', path.join(folders.libraries, name)];
    await runCommand(compiler, [...FLAGS, ...includes, ...sources, ...output, ...plan.linkFlags, ...link], { signal });
  };
  try {
    await compile([ours], PROCESS_ADDON, []);
    await compile(theirs, TFJS_ADDON, ['-L', folders.libraries, ...plan.tensorflowFlags]);
  } catch (error) {
    throw explainFailure(where, error, `${compiler} to compile the addon of tfjs-node`);
  }
}

/** Loads the fresh addon in a process of its own: a library that this machine cannot run must not end ours. */
export async function tryAddon(where: string, libraries: string, signal?: AbortSignal): Promise<void> {
  const script = 'require(process.argv[1]); process.exit(0)';
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' };
  try {
    await runCommand(process.execPath, ['-e', script, path.join(libraries, TFJS_ADDON)], { env, signal });
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const hint = `${lastLines(error.output, 1)}. Use the wasm backend here`;
    throw new BackendError(where, 'the TensorFlow library to load on this machine', error.code, hint, { cause: error });
  }
}

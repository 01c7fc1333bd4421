import { createRequire } from 'node:module';
import path from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
import { PROCESS_ADDON, TFJS_ADDON } from './addon.js';
import { defaultThreads, quietly, restoreNodeUtil, setEnvironment, threadsAreFixed } from './environment.js';
import type { ProcessAddon } from './processAddon.js';
import { TFJS_KEY } from './stubs.js';

interface TfjsNode {
  readonly NodeJSKernelBackend: new (binding: unknown, packageName: string) => tf.KernelBackend;
}
interface FileSystem {
  readonly nodeFileSystemRouter: Parameters<typeof tf.io.registerLoadRouter>[0];
}

/** Registers the installation in `folder` (verified by the caller) as the backend `tensorflow`; returns its threads. */
export function loadCached(where: string, folder: string, tfjs: typeof tf, threads: number | undefined): number {
  const require = createRequire(path.join(folder, 'manifest.json'));
  const addon = require(path.join(folder, 'tensorflow', PROCESS_ADDON)) as ProcessAddon;
  const fixed = addon.claimThreads(threads ?? defaultThreads());
  if (threads !== undefined && fixed !== threads) throw threadsAreFixed(where, threads, fixed);
  setEnvironment(threads, addon);
  restoreNodeUtil();
  const binding = quietly(addon, () => require(path.join(folder, 'tensorflow', TFJS_ADDON)) as unknown);
  registerBackend(require, binding, tfjs);
  return fixed;
}

/** What tfjs-node's index.js does, apart from finding the addon and making the backend current. */
function registerBackend(require: NodeJS.Require, binding: unknown, tfjs: typeof tf): void {
  (globalThis as Record<symbol, unknown>)[Symbol.for(TFJS_KEY)] = tfjs;
  const part = (name: string): unknown => require(`@tensorflow/tfjs-node/dist/${name}`);
  part('register_all_kernels');
  const { NodeJSKernelBackend } = part('nodejs_kernel_backend') as TfjsNode;
  const { nodeFileSystemRouter } = part('io/file_system') as FileSystem;
  tfjs.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node'), 3);
  tfjs.io.registerLoadRouter(nodeFileSystemRouter);
  tfjs.io.registerSaveRouter(nodeFileSystemRouter);
}

import { createRequire } from 'node:module';
import path from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
import { restoreNodeUtil, setEnvironment } from './environment.js';

/** A native package of the user's own project. */
export interface OwnPackage {
  readonly source: 'tfjs-node-gpu' | 'tfjs-node';
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

/** A package of the user's own that is there but does not work. */
export interface BrokenPackage {
  /** Its name. */
  readonly name: string;
  /** Why it does not work. */
  readonly reason: string;
}

/** The native packages that the project in the current folder has, the better first. */
export function findOwnPackages(): OwnPackage[] {
  const require = createRequire(path.join(process.cwd(), 'package.json'));
  const found: OwnPackage[] = [];
  for (const source of ['tfjs-node-gpu', 'tfjs-node'] as const) {
    const name = `@tensorflow/${source}`;
    try {
      const manifest = require.resolve(`${name}/package.json`);
      const { version } = require(manifest) as { version: string };
      found.push({ source, name, version, folder: path.dirname(manifest) });
    } catch {
      // Not installed: the usual case.
    }
  }
  return found;
}

/** Loads a package of the user's own; returns why it does not work, or `undefined` when it does. */
export function loadOwn(
  { name, folder }: OwnPackage,
  tfjs: typeof tf,
  threads: number | undefined,
): string | undefined {
  const before = tfjs.getBackend();
  setEnvironment(threads);
  restoreNodeUtil();
  try {
    createRequire(path.join(folder, 'package.json'))(folder);
  } catch (error) {
    forget(tfjs);
    return (error as Error).message.trim().split('\n')[0];
  }
  if (tfjs.findBackendFactory('tensorflow') === null) return `${name} uses another copy of @tensorflow/tfjs`;
  // The package makes its backend current; which one is current is for the caller to say.
  if (before) tfjs.setBackend(before).catch(() => undefined);
  return undefined;
}

/** A package that fails has registered its kernels by then: registering them again would warn about each. */
function forget(tfjs: typeof tf): void {
  for (const { kernelName } of tfjs.getKernelsForBackend('tensorflow')) {
    tfjs.unregisterKernel(kernelName, 'tensorflow');
  }
  if (tfjs.findBackendFactory('tensorflow') !== null) tfjs.removeBackend('tensorflow');
}

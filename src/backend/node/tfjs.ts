import { createRequire } from 'node:module';
import type * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../../core/index.js';

const require = createRequire(import.meta.url);

/**
 * The program's copy of TensorFlow.js. In Node only the union package registers gradients; it hands out the same
 * instances of core and layers that everything else imports.
 */
export function loadTfjs(where: string): typeof tf {
  return requirePeer(where, '@tensorflow/tfjs') as typeof tf;
}

/** Loads an optional package; where it is missing, the error gives the line that installs it. */
export function requirePeer(where: string, name: string): unknown {
  try {
    return require(name) as unknown;
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    const got = missing ? 'no such package' : (cause as Error).message;
    throw new BackendError(where, `the package ${name}`, got, `Install it: npm i ${name}`, { cause });
  }
}

import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { InvalidArgumentError } from '../../core/index.js';
import type { ProcessAddon } from './processAddon.js';

/** Threads TensorFlow uses where nothing is asked for. */
export function defaultThreads(): number {
  const fromEnvironment = Number(process.env['TF_NUM_INTRAOP_THREADS']);
  return fromEnvironment > 0 ? fromEnvironment : availableParallelism();
}

/**
 * Sets what TensorFlow reads from the environment while it is loaded: the size of its thread pools and, unless the
 * user chose one, the level from which it logs (its errors are exceptions at every level).
 */
export function setEnvironment(threads: number | undefined, addon?: ProcessAddon): void {
  const set = addon?.setenv ?? ((name: string, value: string) => void (process.env[name] = value));
  if (process.env['TF_CPP_MIN_LOG_LEVEL'] === undefined) set('TF_CPP_MIN_LOG_LEVEL', '2');
  if (threads === undefined) return;
  set('TF_NUM_INTRAOP_THREADS', String(threads));
  set('TF_NUM_INTEROP_THREADS', String(threads));
}

/** TensorFlow makes one thread pool a process, with its first context. */
export function threadsAreFixed(where: string, asked: number, fixed: number): InvalidArgumentError {
  const hint = 'TensorFlow has one thread pool a process: pass threads where the backend is first loaded';
  return new InvalidArgumentError(where, `threads to be ${fixed}, as since TensorFlow was loaded`, asked, hint);
}

/** Throws where `threads` cannot be set: without our addon a worker thread sees a copy of the environment only. */
export function checkThreadsReach(where: string, threads: number | undefined): void {
  if (threads === undefined || isMainThread || threads === defaultThreads()) return;
  const hint = 'Set process.env.TF_NUM_INTRAOP_THREADS in the main thread before the worker starts';
  throw new InvalidArgumentError(where, `threads to be ${defaultThreads()} in this worker thread`, threads, hint);
}

/** A line of TensorFlow's log: severity and date in the style of absl, and two lines that have neither. */
const LOG_LINE =
  /^(\d{4}-\d\d-\d\d .*: [IWEF] |[IWEF]\d{4} |WARNING: All log messages before absl|To enable the following)/;

/**
 * Runs `body` without TensorFlow's start-up lines on stderr; TF_CPP_MIN_LOG_LEVEL=0 shows them. Other lines, of other
 * threads for instance, come when it is done.
 */
export function quietly<T>(addon: ProcessAddon, body: () => T): T {
  if (process.env['TF_CPP_MIN_LOG_LEVEL'] === '0') return body();
  addon.mute();
  try {
    return body();
  } finally {
    const lines = addon.unmute().split('\n');
    const others = lines.filter((line) => !LOG_LINE.test(line)).join('\n');
    if (others !== '') process.stderr.write(others);
  }
}

/** Brings back what newer versions of Node removed from `util`, or warn about, and tfjs-node still calls. */
export function restoreNodeUtil(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
}

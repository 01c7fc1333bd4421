import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../core/index.js';
import type { Precision } from './native/index.js';

/** A backend that was not taken. */
export interface RejectedBackend {
  /** Its name in TensorFlow.js. */
  readonly name: string;
  /** Why it was not taken, and what would change that. */
  readonly reason: string;
}

/** The backend that is current now, and how it came to be. */
export interface BackendChoice {
  /** Its name in TensorFlow.js. */
  readonly name: string;
  /** Why this one. */
  readonly reason: string;
  /** The ones that come before it in the order of preference. */
  readonly rejected: readonly RejectedBackend[];
  /** Threads that it computes with, where they can be set. */
  readonly threads?: number;
  /** Precision of its products, where it can be set. */
  readonly precision?: Precision;
}

/** A backend to try. */
export interface BackendCandidate {
  /** Its name in TensorFlow.js. */
  readonly name: string;
  /** What speaks for it. */
  readonly reason: string;
  /** Loads and completes it; throws a BackendError that says why it cannot. */
  prepare(): void | Promise<void>;
}

/** Makes the first candidate that can be prepared and started current; an error that lists all reasons when none can. */
export async function firstToStart(where: string, candidates: readonly BackendCandidate[]): Promise<BackendChoice> {
  const rejected: RejectedBackend[] = [];
  for (const candidate of candidates) {
    try {
      return { ...(await start(where, candidate)), rejected };
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      rejected.push({ name: candidate.name, reason: error.message });
    }
  }
  throw new BackendError(where, 'a backend that starts', rejected.map(({ reason }) => `[${reason}]`).join(' '));
}

/** Prepares a candidate and makes it current, or throws the BackendError that says why not. */
export async function start(where: string, { name, reason, prepare }: BackendCandidate): Promise<BackendChoice> {
  await prepare();
  await activate(where, name);
  return { name, reason, rejected: [] };
}

/** Makes a registered backend current. TensorFlow.js does not throw when that fails: it returns false, or goes on with another. */
export async function activate(where: string, name: string): Promise<void> {
  const before = tf.getBackend() as string | null;
  if ((await tf.setBackend(name)) && tf.getBackend() === name) return;
  if (before !== null && before !== name) await tf.setBackend(before);
  throw new BackendError(
    where,
    `the backend ${name} to start`,
    'a failure',
    'TensorFlow.js logs the cause on the console',
  );
}

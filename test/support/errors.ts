import { expect } from 'vitest';
import type { LongtailError } from '../../src/core/index.js';

/** Matches an error of this package by its name and its whole message, for `toThrow` and `rejects.toThrow`. */
export function refusal(name: string, message: string | RegExp): Error {
  return expect.objectContaining({
    name,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  }) as Error;
}

/** The error that `work` throws or rejects with. */
export async function errorOf(work: () => unknown): Promise<LongtailError> {
  try {
    await work();
  } catch (error) {
    return error as LongtailError;
  }
  throw new Error('it did not throw');
}

import fc from 'fast-check';

/** Fixes the seed of fast-check's properties in a test file, so that a failure comes back. */
export function seedProperties(seed = 20210504): void {
  fc.configureGlobal({ seed });
}

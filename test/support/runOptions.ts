declare module 'vitest' {
  interface ProvidedContext {
    /** What `backends.ts` reads. */
    backends: BackendsOfRun;
  }
}

/** The backends that a run of the suite tests, and those whose absence is a failure. */
export interface BackendsOfRun {
  readonly tested: readonly string[];
  readonly required: readonly string[];
}

/**
 * What a Vitest configuration provides for a place that may have the backends `all`. `LONGTAIL_TEST_BACKENDS=cpu,wasm` narrows
 * them while working; those in `LONGTAIL_REQUIRE_BACKENDS` must be at hand, others are skipped by name where they are absent.
 */
export function backendsOfRun(all: readonly string[]): { backends: BackendsOfRun } {
  const listed = (variable: string): readonly string[] | undefined => process.env[variable]?.split(',');
  return {
    backends: {
      tested: listed('LONGTAIL_TEST_BACKENDS') ?? all,
      required: listed('LONGTAIL_REQUIRE_BACKENDS') ?? [],
    },
  };
}

/** Vitest's own reporter; with LONGTAIL_RECORD_SUPPORT also the one that writes what passed into `docs/support.json`. */
export const reporters: string[] = [
  'default',
  ...(process.env['LONGTAIL_RECORD_SUPPORT'] ? ['./test/support/supportReporter.ts'] : []),
];

import { ConfigError, InvalidArgumentError, LongtailError } from '../core/index.js';

/** Prints an error on stderr and gives the exit code: 2 for wrong usage, 1 for everything else. */
export function reportFailure(error: unknown): number {
  if (error instanceof LongtailError) {
    process.stderr.write(`longtail: ${error.message}\n`);
    if (process.env['LONGTAIL_DEBUG']) process.stderr.write(`${error.stack}\n`);
    return error instanceof ConfigError || error instanceof InvalidArgumentError ? 2 : 1;
  }
  // Not one of ours: a defect, or a failure nobody foresaw. The stack is what a bug report needs.
  process.stderr.write(`longtail: unexpected failure\n${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

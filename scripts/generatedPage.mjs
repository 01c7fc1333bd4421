// Pages that are made from data: written formatted, or with --check compared with what stands there, exit code 1 where that is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from './steps.mjs';

/** Writes or checks a page; `command` makes it anew. */
export async function generatedPage(file, text, command) {
  const page = await format(text, { ...(await resolveConfig(file)), parser: 'markdown' });
  if (!process.argv.includes('--check')) return writeFileSync(file, page);
  if (existsSync(file) && readFileSync(file, 'utf8') === page) return;
  console.error(`${relative(root, file)} is stale: ${command}`);
  process.exitCode = 1;
}

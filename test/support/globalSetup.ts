import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'longtail-tests-';

/** All that the tests write lies in one folder, which goes when the last of them has ended. */
export default function globalSetup(): (() => void) | void {
  if (tmpdir().includes(prefix)) return; // vitest calls this for each of its projects
  const folder = mkdtempSync(join(tmpdir(), prefix));
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

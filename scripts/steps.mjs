// Runs the steps of a script one after the other, with their times, and stops at the first that fails.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../', import.meta.url));

/** Runs a command in the repository; `optional` ones may fail. Returns whether it succeeded. */
export function step(title, command, args, { optional = false, env = {} } = {}) {
  console.log(`\n== ${title}`);
  const began = performance.now();
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  if (status === 0) {
    console.log(`== ${title}: done in ${seconds} s`);
    return true;
  }
  console.log(`== ${title}: failed after ${seconds} s${error ? ` (${error.message})` : ''}`);
  if (!optional) process.exit(status ?? 1);
  return false;
}

export const longtail = [`${root}dist/cli/main.js`];

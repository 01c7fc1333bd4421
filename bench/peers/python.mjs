// The peers' own Python packages, in a git-ignored folder of the checkout.
import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../.bench/', import.meta.url));

/**
 * Installs `packages` (pinned, `name==version`) into a folder of its own unless they are there.
 *
 * @returns The environment in which `python3` finds them.
 */
export function pythonWith(name, packages, log) {
  const folder = `${root}${name}`;
  if (!existsSync(folder)) {
    log(`installing ${packages.join(' ')} into .bench/${name}`);
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', partial, ...packages];
    execFileSync('python3', pip, { stdio: ['ignore', 'ignore', 'inherit'] });
    renameSync(partial, folder);
  }
  return { PYTHONPATH: folder, TF_CPP_MIN_LOG_LEVEL: '2' };
}

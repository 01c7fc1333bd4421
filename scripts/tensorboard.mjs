// Installs TensorBoard in the cache folder, for the test that reads the event files of a run with it.
// Usage: node scripts/tensorboard.mjs [--where]: --where only prints the Python that has it, and exits with 1 if none has.
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

const version = '2.21.0';
// As in src/core/node/cache.ts, which is not at hand before the package is built.
const cache = resolve(process.env.LONGTAIL_CACHE || envPaths('tfjs-longtail', { suffix: '' }).cache);
const folder = join(cache, `tensorboard-${version}`);
const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const complete = join(folder, 'complete'); // written last: an installation that was cut off does not count

if (!existsSync(complete) && !process.argv.includes('--where')) {
  rmSync(folder, { recursive: true, force: true });
  execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
  const quiet = ['--quiet', '--disable-pip-version-check'];
  execFileSync(python, ['-m', 'pip', 'install', ...quiet, `tensorboard==${version}`, 'setuptools<81'], {
    stdio: 'inherit',
  });
  writeFileSync(complete, '');
}
if (existsSync(complete)) console.log(python);
else process.exitCode = 1;

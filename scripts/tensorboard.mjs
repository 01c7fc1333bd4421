// Installs TensorBoard in the cache folder, for the test that reads the event files of a run with it.
// Usage: node scripts/tensorboard.mjs [--where]: --where only prints the Python that has it, and exits with 1 if none has.
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../dist/core/node/index.js';

const version = '2.21.0';
const folder = join(cacheDirectory(), `tensorboard-${version}`);
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

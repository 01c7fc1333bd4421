// The package as a user gets it: packed, and installed by npm into an empty project beside @tensorflow/tfjs.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownStderr } from './nodeNoise.mjs';
import { root } from './steps.mjs';

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** What `package.json` says. */
export const manifest = readJson(join(root, 'package.json'));

/** Names by which programs import: `tfjs-longtail/losses` and so on. */
export const subpaths = Object.keys(manifest.exports)
  .filter((key) => !key.endsWith('.json'))
  .map((key) => `${manifest.name}${key.slice(1)}`);

/** Calls `use` with the folder of a project that has the package and what npm did, and removes it. */
export async function withProject(use) {
  const folder = mkdtempSync(join(tmpdir(), 'longtail-package-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
    const tarball = packed.toString().trim().split('\n').at(-1);
    const before = install(folder, '@tensorflow/tfjs');
    await use(folder, { before, after: install(folder, `./${tarball}`) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Installs a package; which ones lie there now, which of them have an install script, and their size. */
function install(folder, what) {
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  const { status, stderr } = spawnSync('npm', ['install', what, ...quiet], { cwd: folder, encoding: 'utf8' });
  if (status !== 0 || stderr !== '') throw new Error(`npm install ${what} ended with ${status}: ${stderr}`);
  const packages = Object.entries(readJson(join(folder, 'package-lock.json')).packages).filter(([key]) => key !== '');
  const nameOf = ([key]) => key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return {
    names: packages.map(nameOf),
    withScripts: packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(nameOf),
    bytes: sizeOf(join(folder, 'node_modules')),
  };
}

/** Bytes of all files in a folder. */
export function sizeOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

/** What Node prints for these arguments; it must end well and have nothing on stderr. */
export function run(folder, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  const own = ownStderr(stderr);
  if (status !== 0 || own !== '') throw new Error(`node ${args.join(' ')} ended with ${status}:\n${own}`);
  return stdout.trim();
}

// Finds Chromium for the tests in a browser, and SwiftShader in it for WebGPU in Node; installs Debian's where both are absent.
// Usage: node scripts/chromium.mjs [--where]: --where only prints the executable, and exits with 1 if there is none.
// LONGTAIL_CHROMIUM names another executable.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const packages = ['chromium', 'libvulkan1']; // the loader of Vulkan drivers comes apart

/** The path of an installed Chromium, or undefined. */
export function findChromium() {
  const named = process.env.LONGTAIL_CHROMIUM;
  if (named === undefined) return places.find((place) => existsSync(place));
  if (existsSync(named)) return named;
  throw new Error(`LONGTAIL_CHROMIUM: expected the path of a Chromium, got ${named}, which is no file`);
}

/** The path of Chromium; installs Debian's package first if there is none and this process may. */
export function requireChromium() {
  const found = findChromium();
  if (found !== undefined && (process.env.LONGTAIL_CHROMIUM !== undefined || !isDebian() || hasPackages()))
    return found;
  if (isDebian() && process.getuid() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const run = (...args) => execFileSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 2, 2], env });
    run('update');
    run('install', '-y', '--no-install-recommends', ...packages);
    return findChromium();
  }
  if (found !== undefined) return found;
  const hint = isDebian() ? `Run as root: apt-get install ${packages.join(' ')}` : 'Install it';
  throw new Error(
    `chromium: expected Chromium, got none of ${places.join(', ')}. ${hint}, or set LONGTAIL_CHROMIUM to one`,
  );
}

function isDebian() {
  return existsSync('/usr/bin/apt-get');
}

function hasPackages() {
  try {
    const status = execFileSync('dpkg-query', ['-W', '-f', '${Status}\n', ...packages], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return status
      .toString()
      .trim()
      .split('\n')
      .every((line) => line === 'install ok installed');
  } catch {
    return false; // one of them was never there
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const path = process.argv.includes('--where') ? findChromium() : requireChromium();
    if (path === undefined) process.exitCode = 1;
    else console.log(path);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

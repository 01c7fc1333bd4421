// Finds Chromium for the tests in a browser, and SwiftShader in it for WebGPU in Node; installs Debian's where both are absent.
// Usage: node scripts/chromium.mjs [--where]: --where only prints the executable, and exits with 1 if there is none.
// LONGTAIL_CHROMIUM names another executable.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The path of an installed Chromium, or undefined. */
export function findChromium() {
  const named = process.env.LONGTAIL_CHROMIUM;
  if (named === undefined) return places.find((place) => existsSync(place));
  if (existsSync(named)) return named;
  throw new Error(`LONGTAIL_CHROMIUM: expected the path of a Chromium, got ${named}, which is no file`);
}

/** The path of Chromium; on Debian, as root, what is missing of it and of the loader of Vulkan drivers is installed first. */
export function requireChromium() {
  const found = findChromium();
  if (process.env.LONGTAIL_CHROMIUM !== undefined) return found;
  if (isDebian() && process.getuid() === 0) {
    const missing = [...(found === undefined ? ['chromium'] : []), ...(hasVulkan() ? [] : ['libvulkan1'])];
    if (missing.length > 0) install(missing, found === undefined);
  }
  const path = findChromium();
  if (path === undefined) throw new Error(none());
  return path;
}

function install(packages, isNeeded) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (...args) => execFileSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 2, 2], env });
  try {
    run('update');
    run('install', '-y', '--no-install-recommends', ...packages);
  } catch (error) {
    if (isNeeded) throw error;
  }
}

function none() {
  const hint = isDebian() ? 'Run as root: apt-get install chromium libvulkan1' : 'Install it';
  return `chromium: expected Chromium, got none of ${places.join(', ')}. ${hint}, or set LONGTAIL_CHROMIUM to one`;
}

function isDebian() {
  return existsSync('/usr/bin/apt-get');
}

function hasVulkan() {
  return readdirSync('/usr/lib', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .some(({ name }) => existsSync(`/usr/lib/${name}/libvulkan.so.1`));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const path = process.argv.includes('--where') ? findChromium() : requireChromium();
    if (path === undefined) throw new Error(none());
    console.log(path);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

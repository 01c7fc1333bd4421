import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../scripts/chromium.mjs', import.meta.url));

/** How Playwright launches the Chromium of this machine; throws where there is none. */
export const chromiumLaunch = {
  executablePath: execFileSync(process.execPath, [script, '--where'], { encoding: 'utf8' }).trim(),
  // As root it runs without its sandbox only; without a GPU, WebGPU is SwiftShader's.
  args: ['--no-sandbox', '--disable-background-networking', '--enable-unsafe-webgpu'],
};

// Writes docs/support.json and its page docs/support.md, what the tests say of each feature on each backend: runs the suite in Node, on WebGPU and in Chromium.
import { step } from './steps.mjs';

const env = { LONGTAIL_RECORD_SUPPORT: '1' };
const vitest = (title, ...args) =>
  step(title, process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args], { env });

step('build', process.execPath, ['scripts/build.mjs']);
step('chromium', process.execPath, ['scripts/chromium.mjs']);
vitest('tests in Node');
vitest('tests on WebGPU in Node', '-c', 'vitest.webgpu.config.ts');
vitest('tests in Chromium', '-c', 'vitest.browser.config.ts');
step('page', process.execPath, ['scripts/supportPage.mjs']);

// Writes docs/support.json and its page docs/support.md, what the tests say of each feature on each backend: runs the suite in
// Node, on WebGPU and in Chromium. A test that fails is a mark of the table, and the exit code 1 at the end.
import { rmSync } from 'node:fs';
import { root, step } from './steps.mjs';

step('build', process.execPath, ['scripts/build.mjs']);
step('chromium', process.execPath, ['scripts/chromium.mjs']);
rmSync(`${root}docs/support.json`, { force: true });
const passed = [
  vitest('tests in Node', 'cpu,wasm,tensorflow'),
  vitest('tests on WebGPU in Node', 'webgpu', '-c', 'vitest.webgpu.config.ts'),
  vitest('tests in Chromium', 'cpu,webgl,wasm,webgpu', '-c', 'vitest.browser.config.ts'),
];
step('page', process.execPath, ['scripts/supportPage.mjs']);
if (passed.includes(false)) process.exitCode = 1;

function vitest(title, backends, ...args) {
  const env = { LONGTAIL_RECORD_SUPPORT: '1', LONGTAIL_REQUIRE_BACKENDS: backends };
  return step(title, process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args], { env, optional: true });
}

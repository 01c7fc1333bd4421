import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumLaunch } from './test/support/chromium.js';
import { backendsOfRun, reporters } from './test/support/runOptions.js';
import { longSuites, numericSuites } from './test/support/numericSuites.js';

const suite = (name: string) => ({
  name: `pages of ${name}`,
  exclude: longSuites,
  testNamePattern: /\[(cpu|webgl|wasm|webgpu)\]/, // what runs once, on cpu, has run in the main suite
  provide: backendsOfRun(['cpu', 'webgl', 'wasm', 'webgpu']),
  setupFiles: ['test/support/setupTogether.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  browser: {
    enabled: true,
    headless: true,
    screenshotFailures: false,
    provider: playwright({ launchOptions: chromiumLaunch }),
    instances: [{ browser: 'chromium' as const, name }],
  },
});

/** The numeric tests in a page of headless Chromium. */
export default defineConfig({
  // Each as its own ES modules, once: a second copy of the core would have a second registry of backends.
  optimizeDeps: {
    include: [
      '@tensorflow/tfjs',
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-layers',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-webgpu',
      'fast-check',
      'pure-rand/distribution/uniformFloat64',
      'pure-rand/distribution/uniformInt',
      'pure-rand/generator/xoroshiro128plus',
    ],
  },
  resolve: {
    alias: [
      {
        find: /^.*\/support\/machine\.js$|^\.\/machine\.js$/,
        replacement: new URL('./test/support/machineInBrowser.ts', import.meta.url).pathname,
      },
    ],
  },
  test: {
    reporters,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { ...suite('chromium'), include: [...numericSuites, 'test/browser/*.test.ts'], isolate: false },
      },
      { extends: true, test: { ...suite('chromium, a page each'), include: ['test/browser/alone/*.test.ts'] } },
    ],
  },
});

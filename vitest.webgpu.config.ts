import { defineConfig } from 'vitest/config';
import { backendsOfRun, reporters } from './test/support/runOptions.js';
import { longSuites, numericSuites } from './test/support/numericSuites.js';

/** The numeric tests on WebGPU in Node, a run of their own: its shaders are slow to compile where there is no GPU. */
export default defineConfig({
  test: {
    name: 'webgpu',
    environment: 'node',
    reporters,
    include: numericSuites,
    exclude: longSuites,
    testNamePattern: /\[webgpu\]/, // what runs once, on cpu, has run in the main suite
    provide: backendsOfRun(['webgpu']),
    globalSetup: 'test/support/globalSetup.ts',
    setupFiles: ['test/support/setup.ts', 'test/support/setupTogether.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    isolate: false, // one process compiles a shader once for all its files
  },
});

import { defineConfig } from 'vitest/config';
import { backendsOfRun, reporters } from './test/support/runOptions.js';

// Files that change what a process has only once: the kernels and settings of its backends, a mocked module, or the built
// package beside its sources.
const alone = [
  'test/backend/**/*.test.ts',
  'test/experiment/precision.test.ts',
  'test/train/node/killedWrite.test.ts',
  'test/train/node/replicas/*.test.ts',
];

export default defineConfig({
  test: {
    environment: 'node',
    reporters,
    globalSetup: 'test/support/globalSetup.ts',
    setupFiles: ['test/support/setup.ts'],
    provide: backendsOfRun(['cpu', 'wasm', 'tensorflow']),
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Native TensorFlow starts a thread a core; more files at once than cores only makes them wait for each other.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...alone, 'test/browser/**'],
          setupFiles: ['test/support/setupTogether.ts'], // after those of all
          // One process takes all files that come to it: TensorFlow.js and its backends start twice, not a hundred times.
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

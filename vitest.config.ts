import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Native TensorFlow starts a thread a core; more files at once than cores only makes them wait for each other.
    maxWorkers: 2,
  },
});

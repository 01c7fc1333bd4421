import { defineConfig } from 'vitest/config';

/** The examples that are pages: built, served and opened in headless Chromium. */
export default defineConfig({
  test: {
    include: ['test/browser/examples/*.test.ts'],
    globalSetup: 'test/support/globalSetup.ts',
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

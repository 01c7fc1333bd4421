import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: './', // addresses relative to the page: the build can lie in any folder of a server
  build: { chunkSizeWarningLimit: 1200 }, // kB, nearly all of it TensorFlow.js
});

import { expect, it } from 'vitest';
import { completeWasm } from '../../../src/backend/index.js';

it('completeWasm refuses to register kernels that the backend would overwrite when it is loaded', () => {
  expect(completeWasm).toThrow(
    'completeWasm: expected the wasm backend to be loaded, got no backend of that name. ' +
      "Import '@tensorflow/tfjs-backend-wasm' first",
  );
});

/// <reference types="vite/client" />
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.wasm?url';
import '@tensorflow/tfjs-backend-webgpu';
import { type BackendName, chooseBackend } from '../../src/backend/index.js';

setWasmPaths({
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threaded,
});

/** Makes `backend` current in a browser; the stand-in for `machine.ts`, whose names it has. */
export async function startBackend(backend: string): Promise<boolean> {
  await chooseBackend(backend as BackendName);
  // Small inputs too go through the shaders.
  if (backend === 'webgpu') tf.env().set('WEBGPU_CPU_FORWARD', false);
  if (backend === 'webgl') tf.env().set('WEBGL_CPU_FORWARD', false);
  return tf.getBackend() === backend;
}

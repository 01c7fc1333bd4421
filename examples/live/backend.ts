/// <reference types="vite/client" />
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.wasm?url';
import { chooseBackend, type BackendName } from 'tfjs-longtail/backend';

setWasmPaths({
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threaded,
});

/** The backend that the address of the page names, `?backend=cpu`; wasm, the fastest for networks this small, if none. */
export const backendOfPage = new URLSearchParams(location.search).get('backend') ?? 'wasm';

/** Starts it, completed for training. */
export async function startBackend(): Promise<void> {
  await chooseBackend(backendOfPage as BackendName);
}

/** Opens the page with another one: a backend is chosen before anything is computed. */
export function changeBackend(name: string): void {
  location.search = `?backend=${name}`;
}

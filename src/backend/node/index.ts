import { BackendError } from '../../core/index.js';

/** Loads and registers a backend by name, without making it current. */
export async function prepareBackend(name: string): Promise<void> {
  await import('@tensorflow/tfjs' as string);
  if (name === 'wasm') await import('@tensorflow/tfjs-backend-wasm' as string);
  else if (name !== 'cpu') throw new BackendError('prepareBackend', 'a backend that is at hand', name);
}

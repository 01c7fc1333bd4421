import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { BackendError } from '../../core/index.js';
import { loadTfjs, requirePeer } from './tfjs.js';

const BACKEND = '@tensorflow/tfjs-backend-webgpu';
const { resolve } = createRequire(import.meta.url);

/** Where Chromium and its kin keep SwiftShader, a Vulkan driver that computes on the processor. */
const CHROMIUM_FOLDERS = [
  '/usr/lib/chromium',
  '/usr/lib/chromium-browser',
  '/usr/lib64/chromium-browser',
  '/opt/google/chrome',
  '/opt/chromium.org/chromium',
  '/opt/microsoft/msedge',
];

/** What is asked of WebGPU here; the types of the whole of it come only with the package `webgpu`. */
interface Gpu {
  requestAdapter(): Promise<object | null>;
}

/** Registers the backend webgpu: WebGPU of the package `webgpu` (Dawn) as `navigator.gpu`, then TensorFlow.js's backend. */
export async function prepareWebgpu(where: string): Promise<void> {
  const { findBackendFactory } = loadTfjs(where);
  if (findBackendFactory('webgpu')) return;
  const missing = ['webgpu', BACKEND].filter((name) => !isInstalled(name));
  if (missing.length > 0) {
    const hint = `Install with: npm i ${missing.join(' ')}`;
    throw new BackendError(where, `the packages webgpu and ${BACKEND}`, `no ${missing.join(' and no ')}`, hint);
  }
  // Whether the backend registers itself is decided when it is loaded: by then there must be a navigator.gpu.
  if (!(globalThis.navigator as { gpu?: Gpu } | undefined)?.gpu) await provideGpu(where);
  requirePeer(where, BACKEND);
  if (findBackendFactory('webgpu')) return;
  const hint = `Call ${where} before anything imports ${BACKEND}`;
  throw new BackendError(where, 'the backend webgpu to be registered', 'one loaded before there was a GPU', hint);
}

/** Gives Node what a browser has: the globals of WebGPU and `navigator.gpu`. */
async function provideGpu(where: string): Promise<void> {
  const { create, globals } = await import('webgpu');
  const gpu = await withAdapter(where, () => create([]));
  Object.assign(globalThis, globals);
  // Node 20 has no navigator; later ones have one that cannot be assigned.
  const navigator = (globalThis.navigator as object | undefined) ?? {};
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  if (!('navigator' in globalThis))
    Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
}

/** A WebGPU that has an adapter: the GPU's, else SwiftShader's where no Vulkan driver was named. */
async function withAdapter<T extends Gpu>(where: string, create: () => T): Promise<T> {
  const gpu = create();
  if (await gpu.requestAdapter()) return gpu;
  const drivers = CHROMIUM_FOLDERS.map((folder) => path.join(folder, 'vk_swiftshader_icd.json'));
  const driver = drivers.find((file) => existsSync(file));
  const named = process.env['VK_ICD_FILENAMES'] ?? process.env['VK_DRIVER_FILES'];
  if (named === undefined && driver !== undefined) {
    process.env['VK_ICD_FILENAMES'] = driver; // the Vulkan loader reads it with every new instance
    const software = create();
    if (await software.requestAdapter()) return software;
    delete process.env['VK_ICD_FILENAMES'];
  }
  const tried = named ?? driver;
  const got = tried === undefined ? 'none' : `none with the Vulkan driver ${tried}`;
  const hint =
    "Install the GPU's Vulkan driver; to compute without one, slowly: apt-get install chromium libvulkan1 " +
    '(or set VK_ICD_FILENAMES to the vk_swiftshader_icd.json of another Chromium)';
  throw new BackendError(where, 'a WebGPU adapter', got, hint);
}

function isInstalled(name: string): boolean {
  try {
    return resolve(name) !== '';
  } catch {
    return false;
  }
}

import * as tf from '@tensorflow/tfjs';
import { prepareBackend } from '../../src/backend/node/index.js';

/** Makes `backend` current in Node; false where TensorFlow.js could not start it. `machineInBrowser.ts` stands in for this file. */
export async function startBackend(backend: string): Promise<boolean> {
  await prepareBackend(backend);
  if (backend === 'webgpu') tf.env().set('WEBGPU_CPU_FORWARD', false); // small inputs too go through the shaders
  return (await tf.setBackend(backend)) && tf.getBackend() === backend;
}

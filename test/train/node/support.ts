import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import type { TrainState } from '../../../src/train/index.js';

/** A state with a tensor of every dtype, a scalar and an empty one; `step` tells states apart, `floats` sets their size. */
export function exampleState(step = 7, floats = 6): TrainState {
  return {
    position: { epoch: 2, stepInEpoch: 3, step, lossSum: 0.1 + 0.2 },
    random: { seed: -12, words: [1, -2, 3, -4] },
    tensors: [
      { name: 'weight/0/kernel', shape: [2, floats / 2], dtype: 'float32', values: floatsFrom(step, floats) },
      { name: 'weight/1/mask', shape: [3], dtype: 'bool', values: Uint8Array.of(1, 0, 1) },
      // After 3 bytes of bool: not at a multiple of 4.
      { name: 'optimizer/iter', shape: [], dtype: 'int32', values: Int32Array.of(-step) },
      { name: 'objective/nothing', shape: [0, 4], dtype: 'float32', values: new Float32Array(0) },
      { name: 'objective/"quoted", é', shape: [1, 2, 1], dtype: 'float32', values: Float32Array.of(NaN, -0) },
    ],
  };
}

function floatsFrom(step: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.fround(Math.sin(step + i)));
}

/** Path of the weights file of a checkpoint folder. */
export function weightsFile(folder: string): string {
  return join(
    folder,
    readdirSync(folder).find((name) => name.startsWith('weights-'))!,
  );
}

/** The manifest of a checkpoint folder as JSON. */
export function readManifest(folder: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, 'checkpoint.json'), 'utf8')) as Record<string, unknown>;
}

/** Writes `manifest` with a checksum that fits it, so that only what it says can give it away. */
export function writeManifest(folder: string, manifest: Record<string, unknown>): void {
  const content = Object.fromEntries(Object.entries(manifest).filter(([key]) => key !== 'sha256'));
  const sha256 = sha256Of(JSON.stringify(content));
  writeFileSync(join(folder, 'checkpoint.json'), JSON.stringify({ ...content, sha256 }));
}

export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

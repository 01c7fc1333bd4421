import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError } from '../../core/index.js';
import { writeFileAtomic } from '../../core/node/index.js';
import type { CheckpointStore, TensorRecord, TrainState } from '../state.js';
import { formatManifest, parseManifest, sha256Of, type Manifest } from './manifest.js';

const manifestFile = 'checkpoint.json';

/**
 * Checkpoints in a folder, one sub-folder a name: `checkpoint.json` and the weights file that it names.
 *
 * The weights get a new file, then the manifest is renamed into place, then older weights are removed: whenever the
 * process is killed, the manifest names a complete file. Loading verifies the size and the SHA-256 of both.
 *
 * @param folder Folder that holds the checkpoints; made when the first one is saved.
 * @returns A store for `train`.
 * @throws CheckpointError From `load` if a checkpoint is damaged, from `save` if the disk is full or not writable.
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { fileCheckpoints } from 'tfjs-longtail/train/node';
 * const store = fileCheckpoints(mkdtempSync(join(tmpdir(), 'longtail-')));
 * console.log(await store.load('last')); // null
 * ```
 */
export function fileCheckpoints(folder: string): CheckpointStore {
  return {
    load: (name) => load(join(folder, name)),
    save: (name, state) => save(join(folder, name), state),
  };
}

/** A run that goes on may replace the checkpoint between the reading of its two files: then the new one is read. */
async function load(folder: string): Promise<TrainState | null> {
  for (;;) {
    const before = await readManifest(folder);
    if (before === null) return null;
    try {
      return await readState(folder, before);
    } catch (error) {
      if ((await readManifest(folder))?.weights.file === before.weights.file) throw error;
    }
  }
}

async function readManifest(folder: string): Promise<Manifest | null> {
  const path = join(folder, manifestFile);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new CheckpointError(path, 'a readable file', error.code, error.message, { cause: error });
  });
  return text === null ? null : parseManifest(path, text);
}

async function readState(folder: string, manifest: Manifest): Promise<TrainState> {
  const weights = await readWeights(folder, manifest);
  const tensors = manifest.tensors.map(({ name, shape, dtype, offset, bytes }): TensorRecord => {
    // A copy of its own, because a typed array must begin at a multiple of its element size.
    const buffer = weights.slice(offset, offset + bytes).buffer;
    const kinds = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
    return { name, shape, dtype, values: new kinds[dtype](buffer) };
  });
  return { position: manifest.position, random: manifest.random, tensors };
}

async function readWeights(folder: string, { weights }: Manifest): Promise<Uint8Array> {
  const path = join(folder, weights.file);
  const hint = 'The checkpoint is damaged: delete its folder to start from the beginning, or restore it from a copy';
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new CheckpointError(path, `a file of ${weights.bytes} bytes`, error.code, hint, { cause: error });
  });
  if (bytes.length !== weights.bytes) {
    throw new CheckpointError(path, `${weights.bytes} bytes`, `${bytes.length} bytes`, hint);
  }
  const sha256 = sha256Of(bytes);
  if (sha256 !== weights.sha256) throw new CheckpointError(path, `SHA-256 ${weights.sha256}`, sha256, hint);
  return new Uint8Array(bytes);
}

async function save(folder: string, state: TrainState): Promise<void> {
  let offset = 0;
  const tensors = state.tensors.map(({ name, shape, dtype, values }) => {
    const entry = { name, shape, dtype, offset, bytes: values.byteLength };
    offset += values.byteLength;
    return entry;
  });
  const parts = state.tensors.map(({ values }) => bytesOf(values));
  const weights = Buffer.concat(parts);
  const sha256 = sha256Of(weights);
  const file = `weights-${state.position.step}-${sha256.slice(0, 8)}.bin`;
  const manifest: Manifest = {
    format: 1,
    position: state.position,
    random: state.random,
    weights: { file, bytes: weights.length, sha256 },
    tensors,
  };
  try {
    await mkdir(folder, { recursive: true });
    await writeFileAtomic(join(folder, file), weights);
    await writeFileAtomic(join(folder, manifestFile), formatManifest(manifest));
    for (const other of await readdir(folder)) {
      if (other !== file && isLeftover(other)) await rm(join(folder, other), { force: true });
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const hint = `${message}. The checkpoint before this one is intact; free space or mend the permissions, then resume`;
    throw new CheckpointError(folder, 'a writable folder with space for the checkpoint', code, hint, { cause: error });
  }
}

/** Older weights, and files that a killed process was writing aside. */
function isLeftover(name: string): boolean {
  return /^weights-.+\.bin$|^(weights-.+|checkpoint)\.(bin|json)\.\d+\.tmp$/.test(name);
}

function bytesOf(values: TensorRecord['values']): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

import { type } from 'arktype';
import { CheckpointError } from '../../core/index.js';

const count = 'number.integer >= 0';

const manifest = type({
  '+': 'reject',
  format: '1',
  position: { '+': 'reject', epoch: count, stepInEpoch: count, step: count, lossSum: 'number' },
  random: { '+': 'reject', seed: 'number.integer', words: 'number.integer[] == 4' },
  weights: { '+': 'reject', file: /^weights-[\w.-]+\.bin$/, bytes: count, sha256: /^[0-9a-f]{64}$/ },
  tensors: type({
    '+': 'reject',
    name: 'string',
    shape: 'number.integer[]',
    dtype: "'float32' | 'int32' | 'bool'",
    offset: count,
    bytes: count,
  }).array(),
});

/** What `checkpoint.json` holds. */
export interface Manifest {
  readonly format: 1;
  readonly position: { epoch: number; stepInEpoch: number; step: number; lossSum: number };
  readonly random: { readonly seed: number; readonly words: readonly number[] };
  readonly weights: { readonly file: string; readonly bytes: number; readonly sha256: string };
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly dtype: 'float32' | 'int32' | 'bool';
    readonly offset: number;
    readonly bytes: number;
  }[];
}

/** Checks the text of a manifest: a checkpoint that was tampered with must fail here, not in the middle of a run. */
export function parseManifest(path: string, text: string): Manifest {
  const hint = 'Delete the folder of this checkpoint to start from the beginning, or restore it from a copy';
  const damaged = (expected: string, got: unknown): CheckpointError => new CheckpointError(path, expected, got, hint);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged('valid JSON', (error as Error).message);
  }
  const parsed = manifest(json);
  if (parsed instanceof type.errors) throw damaged('a checkpoint manifest of format 1', parsed.summary);
  let offset = 0;
  for (const tensor of parsed.tensors) {
    const itemBytes = tensor.dtype === 'bool' ? 1 : 4;
    const bytes = itemBytes * tensor.shape.reduce((size, dimension) => size * dimension, 1);
    if (tensor.offset !== offset || tensor.bytes !== bytes) {
      throw damaged(`${tensor.name} at offset ${offset} with ${bytes} bytes`, `${tensor.offset}, ${tensor.bytes}`);
    }
    offset += bytes;
  }
  if (offset !== parsed.weights.bytes) throw damaged(`tensors of ${parsed.weights.bytes} bytes in all`, offset);
  return parsed;
}

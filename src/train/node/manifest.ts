import { createHash } from 'node:crypto';
import { type } from 'arktype';
import { CheckpointError } from '../../core/index.js';

const count = 'number.integer >= 0';
const sha256 = /^[0-9a-f]{64}$/;

const manifest = type({
  '+': 'reject',
  format: '1',
  position: { '+': 'reject', epoch: count, stepInEpoch: count, step: count, lossSum: 'number' },
  random: { '+': 'reject', seed: 'number.integer', words: 'number.integer[] == 4' },
  weights: { '+': 'reject', file: /^weights-[\w.-]+\.bin$/, bytes: count, sha256 },
  tensors: type({
    '+': 'reject',
    name: 'string',
    shape: '(number.integer >= 0)[]',
    dtype: "'float32' | 'int32' | 'bool'",
    offset: count,
    bytes: count,
  }).array(),
  sha256,
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

/** SHA-256 in hexadecimal. */
export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The text of a manifest; it carries a checksum of itself, because a changed digit would go unseen otherwise. */
export function formatManifest(content: Manifest): string {
  return `${JSON.stringify({ ...content, sha256: sha256Of(JSON.stringify(content)) }, null, 1)}\n`;
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
  const format = (json as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > 1) {
    throw new CheckpointError(path, 'format 1', `format ${format}`, 'A newer version wrote it: update tfjs-longtail');
  }
  const parsed = manifest(json);
  if (parsed instanceof type.errors) throw damaged('a checkpoint manifest of format 1', parsed.summary);
  const { sha256, ...content } = parsed;
  const found = sha256Of(JSON.stringify(content));
  if (found !== sha256) throw damaged(`content with the SHA-256 ${sha256}`, found);
  const layout = layoutError(content);
  if (layout) throw damaged(layout.expected, layout.got);
  return content;
}

/** Tensors with names of their own lie one after the other and fill the weights file. */
function layoutError({ tensors, weights }: Manifest): { expected: string; got: string } | undefined {
  let end = 0;
  for (const { name, dtype, shape, offset, bytes } of tensors) {
    const size = (dtype === 'bool' ? 1 : 4) * shape.reduce((product, length) => product * length, 1);
    if (offset !== end || bytes !== size) {
      return { expected: `${name} at offset ${end} with ${size} bytes`, got: `${offset}, ${bytes}` };
    }
    end += size;
  }
  if (new Set(tensors.map(({ name }) => name)).size < tensors.length) {
    return { expected: 'tensors with different names', got: 'a name twice' };
  }
  return end === weights.bytes ? undefined : { expected: `tensors of ${weights.bytes} bytes in all`, got: String(end) };
}

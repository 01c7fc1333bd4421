import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../src/core/index.js';
import type { TrainState } from '../../../src/train/index.js';
import { fileCheckpoints } from '../../../src/train/node/index.js';
import { freshFolder } from '../../support/folders.js';
import { seedProperties } from '../../support/properties.js';
import { exampleState, readManifest, weightsFile, writeManifest } from './support.js';

seedProperties();

const root = freshFolder();
const folder = join(root, 'last');
const path = join(folder, 'checkpoint.json');
let text: string;
let manifest: Record<string, unknown>;
let weights: { path: string; bytes: Buffer };

beforeAll(async () => {
  mkdirSync(root, { recursive: true });
  await fileCheckpoints(root).save('last', exampleState());
  text = readFileSync(path, 'utf8');
  manifest = readManifest(folder);
  weights = { path: weightsFile(folder), bytes: readFileSync(weightsFile(folder)) };
});

/** What loading gives: a state, or `null` for a refusal; anything but a CheckpointError fails the test. */
async function load(): Promise<TrainState | null> {
  try {
    return await fileCheckpoints(root).load('last');
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    expect(error.message).toContain(folder);
    return null;
  }
}

/** All places in a JSON value, as paths from the root. */
function placesIn(value: unknown, at: (string | number)[] = []): (string | number)[][] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [at, ...inner.flatMap(([key, child]) => placesIn(child, [...at, key]))];
}

/** A copy of `value` with the part at `place` replaced, or deleted for `undefined`. */
function replaced(value: unknown, [key, ...rest]: (string | number)[], part: unknown): unknown {
  if (key === undefined) return part;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, part);
  return copy;
}

describe('loading refuses with a CheckpointError, and never takes a wrong state:', () => {
  it('random bytes for a manifest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        writeFileSync(path, bytes);
        expect(await load()).toBeNull();
      }),
    );
  });

  it('random JSON for a manifest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (json) => {
        writeFileSync(path, json);
        expect(await load()).toBeNull();
      }),
    );
  });

  it('any one byte of the manifest changed', async () => {
    const change = fc.record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, by }) => {
        const bytes = Buffer.from(text);
        bytes[at % bytes.length]! ^= by;
        writeFileSync(path, bytes);
        const state = await load();
        if (state !== null) expect(state).toEqual(exampleState()); // only the layout of the text changed
      }),
      { numRuns: 400 },
    );
  });

  it('a truncated manifest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (length) => {
        writeFileSync(path, text.slice(0, length % (text.length - 1)));
        expect(await load()).toBeNull();
      }),
    );
  });

  it('a part of the manifest replaced or removed', async () => {
    const parts = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.integer({ min: -3, max: 40 }));
    await fc.assert(
      fc.asyncProperty(fc.nat(), parts, async (index, part) => {
        const places = placesIn(manifest).slice(1);
        const mutated = replaced(manifest, places[index % places.length]!, part);
        writeFileSync(path, JSON.stringify(mutated));
        const isSame = JSON.stringify(mutated) === JSON.stringify(manifest);
        expect(await load()).toEqual(isSame ? exampleState() : null);
      }),
      { numRuns: 400 },
    );
  });

  it('a part replaced, under a checksum that fits: what is taken is a well-formed state', async () => {
    const parts = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.integer({ min: -3, max: 40 }));
    await fc.assert(
      fc.asyncProperty(fc.nat(), parts, async (index, part) => {
        const places = placesIn(manifest).filter(([key]) => key !== undefined && key !== 'sha256');
        writeManifest(folder, replaced(manifest, places[index % places.length]!, part) as Record<string, unknown>);
        const state = await load();
        if (state === null) return;
        expect(new Set(state.tensors.map(({ name }) => name)).size).toBe(state.tensors.length);
        for (const { shape, values, dtype } of state.tensors) {
          expect(values).toBeInstanceOf({ float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype]);
          expect(values).toHaveLength(shape.reduce((product, size) => product * size, 1));
        }
        for (const [name, value] of Object.entries(state.position)) {
          if (name !== 'lossSum') expect(Number.isInteger(value) && value >= 0).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('any one bit of the weights flipped, and any part of them missing or added', async () => {
    writeFileSync(path, text);
    const damage = fc.oneof(
      fc.record({ kind: fc.constant('flip' as const), at: fc.nat() }),
      fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
      fc.record({ kind: fc.constant('grow' as const), at: fc.nat(50) }),
    );
    await fc.assert(
      fc.asyncProperty(damage, async ({ kind, at }) => {
        const { bytes } = weights;
        const damaged = {
          flip: () => bytes.map((byte, i) => (i === (at >> 3) % bytes.length ? byte ^ (1 << (at & 7)) : byte)),
          cut: () => bytes.subarray(0, at % bytes.length),
          grow: () => Buffer.concat([bytes, Buffer.alloc(at + 1)]),
        }[kind]();
        writeFileSync(weights.path, damaged);
        expect(await load()).toBeNull();
      }),
    );
    writeFileSync(weights.path, weights.bytes);
    expect(await load()).toEqual(exampleState());
  });
});

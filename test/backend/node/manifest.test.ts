import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManifest, sealFolder, verifyFolder } from '../../../src/backend/node/manifest.js';
import { sha256 } from './support/archives.js';

const about = { id: 'thing-1', libtensorflow: '1', tfjsNode: '2', gpu: false };
const repair = 'Repair it with: longtail backend install --force';
let parent: string;
let folder: string;

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'longtail-manifest-'));
  folder = path.join(parent, 'thing-1');
  await mkdir(path.join(folder, 'deep'), { recursive: true });
  await writeFile(path.join(folder, 'a.so'), 'aaaa');
  await writeFile(path.join(folder, 'deep', 'b.js'), 'bb');
  await sealFolder(folder, about);
});
afterEach(() => rm(parent, { recursive: true, force: true }));

async function verify(options?: { thorough: boolean }): Promise<void> {
  const manifest = await readManifest('f', folder);
  await verifyFolder('f', folder, manifest!, options);
}

function backendError(message: string): Error {
  return expect.objectContaining({ name: 'BackendError', message }) as Error;
}

describe('an installation sealed by a manifest', () => {
  it('lists every file with size and digest, and is whole', async () => {
    const manifest = await readManifest('f', folder);
    expect(manifest).toMatchObject(about);
    expect(manifest!.files.map(({ path: file, size, sha256: digest }) => [file, size, digest])).toEqual([
      ['a.so', 4, sha256('aaaa')],
      [path.join('deep', 'b.js'), 2, sha256('bb')],
    ]);
    await expect(verify()).resolves.toBeUndefined();
    await expect(verify({ thorough: true })).resolves.toBeUndefined();
  });

  it('is damaged when a file is missing or has another size', async () => {
    const file = path.join(folder, 'a.so');
    await writeFile(file, 'aaaaa');
    await expect(verify()).rejects.toThrow(backendError(`f: expected ${file} with 4 bytes, got 5. ${repair}`));
    await rm(file);
    await expect(verify()).rejects.toThrow(backendError(`f: expected ${file} with 4 bytes, got no file. ${repair}`));
  });

  it('is damaged when a file of the same size has been written', async () => {
    const file = path.join(folder, 'a.so');
    await writeFile(file, 'aaax');
    await utimes(file, 1, 1);
    const message = `f: expected ${file} with sha256 ${sha256('aaaa')}, got ${sha256('aaax')}. ${repair}`;
    await expect(verify()).rejects.toThrow(backendError(message));
  });

  it('is whole when a file was only touched or copied', async () => {
    await utimes(path.join(folder, 'a.so'), 1, 1);
    await expect(verify()).resolves.toBeUndefined();
  });

  it('is compared byte by byte on demand, whatever the times say', async () => {
    const file = path.join(folder, 'a.so');
    const { atime, mtime } = await stat(file);
    await writeFile(file, 'aaax');
    await utimes(file, atime, mtime);
    await expect(verify({ thorough: true })).rejects.toThrow(/expected .* with sha256/);
  });

  it('is not there without a manifest, and damaged with one that is not its own', async () => {
    expect(await readManifest('f', path.join(parent, 'nothing'))).toBeUndefined();
    const message = `f: expected the manifest of this installation in ${folder}, got another text. ${repair}`;
    for (const text of ['{', 'null', '{}', JSON.stringify({ ...about, id: 'thing-2', files: [] })]) {
      await writeFile(path.join(folder, 'manifest.json'), text);
      await expect(readManifest('f', folder)).rejects.toThrow(backendError(message));
    }
  });
});

import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { BackendError } from '../../core/index.js';
import { digestOf } from '../../core/node/index.js';
import { runCommand } from './command.js';
import type { NpmPin } from './pins.js';
import { explainFailure, NPM } from './tools.js';

/** Downloads a package with npm into the folder `into`, checks its digest and returns the tarball's path. */
export async function downloadPackage(where: string, pin: NpmPin, into: string, signal?: AbortSignal): Promise<string> {
  const spec = `${pin.name}@${pin.version}`;
  await mkdir(into, { recursive: true });
  try {
    await runCommand(NPM, ['pack', '--ignore-scripts', '--pack-destination', into, spec], { signal });
  } catch (error) {
    throw explainFailure(where, error, `the package ${spec}`);
  }
  const name = `${pin.name.replace('@', '').replace('/', '-')}-${pin.version}.tgz`;
  if (!(await readdir(into)).includes(name)) throw new BackendError(where, `${name} from npm`, 'no such file');
  const file = path.join(into, name);
  const integrity = `sha512-${await digestOf(file, 'sha512', 'base64', signal)}`;
  if (integrity === pin.integrity) return file;
  throw new BackendError(where, `${name} with ${pin.integrity}`, integrity, 'It was not used; try again');
}

/** Extracts the files that `keep` accepts (paths inside the package) into `folder`. */
export async function extractPackage(
  tarball: string,
  folder: string,
  keep: (file: string) => boolean,
  signal?: AbortSignal,
): Promise<void> {
  const entries = extract();
  const write = async (): Promise<void> => {
    for await (const entry of entries) {
      const file = entry.header.name.replace(/^[^/]+\//, '');
      if (entry.header.type !== 'file' || !keep(file)) {
        entry.resume();
        continue;
      }
      const full = path.join(folder, file);
      await mkdir(path.dirname(full), { recursive: true });
      await pipeline(entry, createWriteStream(full));
    }
  };
  const read = pipeline(createReadStream(tarball), createGunzip(), entries, signal ? { signal } : {});
  await Promise.all([read, write()]);
}

import { createWriteStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import type { Entry } from 'yauzl';
import { BackendError } from '../../core/index.js';
import { digestOf } from '../../core/node/index.js';
import { runCommand } from './command.js';
import type { WheelPin } from './pins.js';
import { explainFailure, PYTHON } from './tools.js';

/** How a download is watched. */
export interface DownloadOptions {
  /** Told the bytes received so far, about once a second. */
  readonly onBytes?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

/** Downloads a wheel with pip into the empty folder `into`, checks its digest and returns its path. */
export async function downloadWheel(
  where: string,
  pin: WheelPin,
  into: string,
  { onBytes, signal }: DownloadOptions = {},
): Promise<string> {
  const spec = `${pin.distribution}==${pin.version}`;
  await mkdir(into, { recursive: true });
  const stopWatching = onBytes ? watchSize(into, onBytes) : undefined;
  try {
    // pip downloads into the temporary folder first: ours, since /tmp may be small.
    await runCommand(PYTHON, pipArguments(pin, into, spec), { env: { ...process.env, TMPDIR: into }, signal });
  } catch (error) {
    throw explainFailure(where, error, `the wheel of ${spec}`);
  } finally {
    stopWatching?.();
  }
  const name = (await readdir(into)).find((file) => file.endsWith('.whl'));
  if (name === undefined) throw new BackendError(where, `the wheel of ${spec} from pip`, 'no file');
  const file = path.join(into, name);
  const sha256 = await digestOf(file, 'sha256', 'hex', signal);
  if (sha256 === pin.sha256) return file;
  throw new BackendError(where, `${name} with sha256 ${pin.sha256}`, sha256, 'It was not used; try again');
}

function pipArguments(pin: WheelPin, into: string, spec: string): string[] {
  const what = ['--no-deps', '--only-binary=:all:', '--python-version', '3.11', '--implementation', 'cp'];
  const platforms = pin.platforms.flatMap((tag) => ['--platform', tag]);
  const manner = ['--no-cache-dir', '--no-input', '--progress-bar', 'off', '--disable-pip-version-check'];
  return ['-m', 'pip', 'download', ...what, ...platforms, ...manner, '--retries', '3', '--dest', into, spec];
}

/** Calls `onBytes` with the size of all files below `folder` until the function it returns is called. */
function watchSize(folder: string, onBytes: (bytes: number) => void): () => void {
  let stopped = false;
  const look = async (): Promise<void> => {
    const entries = await readdir(folder, { recursive: true });
    const sizes = await Promise.all(entries.map((name) => stat(path.join(folder, name)).then(sizeOfFile, () => 0)));
    if (!stopped) onBytes(sizes.reduce((sum, size) => sum + size, 0));
  };
  const timer = setInterval(() => void look().catch(() => undefined), 1000);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}

function sizeOfFile(found: { isFile(): boolean; readonly size: number }): number {
  return found.isFile() ? found.size : 0;
}

/** Extracts the entries for which `targetOf` names a file to write; returns how many there were. */
export async function extractWheel(
  file: string,
  targetOf: (entry: string) => string | undefined,
  signal?: AbortSignal,
): Promise<number> {
  const zip = await openPromise(file, { autoClose: false });
  let count = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      const target = targetOf(entry.fileName);
      if (target === undefined || entry.fileName.endsWith('/')) continue;
      await mkdir(path.dirname(target), { recursive: true });
      const stream = await zip.openReadStreamPromise(entry);
      await pipeline(stream, createWriteStream(target, { mode: modeOf(entry) }), signal ? { signal } : {});
      count++;
    }
  } finally {
    zip.close();
  }
  return count;
}

/** Permissions of an entry, which the CUDA packages need for their programs; those of a plain file where none are kept. */
function modeOf({ externalFileAttributes }: Entry): number {
  return (externalFileAttributes >>> 16) & 0o777 || 0o644;
}

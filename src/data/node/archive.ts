import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { DataFormatError, LongtailError } from '../../core/index.js';
import type { SplitName } from './locate.js';
import { contentOf } from './recordFile.js';
import type { RecordFile } from './recordFile.js';

/** The members of a tar archive (gzipped if its name ends in `.gz`) that `splitOf` places by file name, in name order. */
export async function readArchive(
  path: string,
  splitOf: (name: string) => SplitName | undefined,
  signal?: AbortSignal,
): Promise<Record<SplitName, RecordFile[]>> {
  const members = extract();
  const files: Record<SplitName, RecordFile[]> = { train: [], test: [] };
  const collect = async (): Promise<void> => {
    for await (const member of members) {
      const name = basename(member.header.name);
      const split = member.header.type === 'file' ? splitOf(name) : undefined;
      if (split === undefined) member.resume();
      else files[split].push({ path: `${path}:${name}`, bytes: await bytesOf(member) });
    }
  };
  try {
    await Promise.all([pipeline(contentOf(path, signal), members), collect()]);
  } catch (error) {
    if (error instanceof LongtailError || signal?.aborted) throw error;
    const hint = 'Fetch the file again';
    throw new DataFormatError(path, 'a whole tar archive', (error as Error).message, hint, { cause: error });
  }
  for (const split of ['train', 'test'] as const) {
    if (files[split].length === 0) throw new DataFormatError(path, `an archive with ${split} files`, 'none');
    files[split].sort((a, b) => (a.path < b.path ? -1 : 1));
  }
  return files;
}

async function bytesOf(member: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of member) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

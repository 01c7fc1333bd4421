import { createHash } from 'node:crypto';

/** What tells the runs of a sweep apart. */
interface Named {
  readonly method: string | null;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Longest name of a folder: room for an ending below the 255 bytes of most file systems, and still readable. */
const MAX_LENGTH = 100;

/** A run for people: `LA, seed 1`. */
export function labelOf({ method, values }: Named): string {
  const named = Object.entries(values).map(([key, value]) => `${key} ${textOf(value)}`);
  return [...(method === null ? [] : [method]), ...named].join(', ');
}

/**
 * Folder names of runs, such as `LA_seed-1`, with a digest of method and values where a name is too long, or would be
 * the same as another one in other characters or in the other case (one folder on macOS and Windows).
 */
export function folderNames(runs: readonly Named[]): string[] {
  const names = runs.map((run) =>
    plainName(run)
      .replaceAll(/[^\w.+-]+/g, '-')
      .replace(/^[.-]+/, ''),
  );
  const times = new Map<string, number>();
  for (const name of names) times.set(name.toLowerCase(), (times.get(name.toLowerCase()) ?? 0) + 1);
  return names.map((name, k) => {
    if (name !== '' && name.length <= MAX_LENGTH && times.get(name.toLowerCase()) === 1) return name;
    return `${name.slice(0, MAX_LENGTH - 9) || 'run'}-${digestOf(runs[k]!)}`;
  });
}

function plainName({ method, values }: Named): string {
  const parts = Object.entries(values).map(([key, value]) => `${key}-${textOf(value)}`);
  return [...(method === null ? [] : [method]), ...parts].join('_');
}

function textOf(value: unknown): string {
  if (value === null) return 'none';
  if (Array.isArray(value)) return value.map(textOf).join('+');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function digestOf({ method, values }: Named): string {
  return createHash('sha256')
    .update(JSON.stringify([method, values]))
    .digest('hex')
    .slice(0, 8);
}

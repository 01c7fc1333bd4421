import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, didYouMean } from '../core/index.js';
import type { ConfigLayer } from './config.js';
import { presets } from './options.js';

const folder = new URL('../../presets/', import.meta.url);

/** Whether a preset has that name. */
export function isPreset(name: string): boolean {
  return presets.some((preset) => preset === name);
}

/**
 * A preset by name, or the config file at a path.
 *
 * @param nameOrPath A name of {@link presets}, or a path that ends in `.json`.
 * @throws ConfigError If there is no such preset or file, or it is not JSON.
 */
export function loadConfigLayer(nameOrPath: string): ConfigLayer {
  const isNamed = isPreset(nameOrPath);
  if (!isNamed && !nameOrPath.endsWith('.json')) {
    const hint = didYouMean(nameOrPath, presets) ?? `The presets are ${presets.join(', ')}`;
    throw new ConfigError('train', 'the name of a preset or a path that ends in .json', `"${nameOrPath}"`, hint);
  }
  const path = isNamed ? new URL(`${nameOrPath}.json`, folder) : join(nameOrPath);
  const source = isNamed ? `preset ${nameOrPath}` : nameOrPath;
  try {
    return { source, values: JSON.parse(readFileSync(path, 'utf8')) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const expected = code === undefined ? 'valid JSON' : 'a readable config file';
    throw new ConfigError(source, expected, code ?? message, undefined, { cause: error });
  }
}

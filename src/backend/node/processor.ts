import { readFileSync } from 'node:fs';
import { BackendError } from '../../core/index.js';

/** The processor that this process runs on. */
export interface Processor {
  /** Platform and architecture, as `linux-x64`. */
  readonly name: string;
  /** Names of its features; `null` where the system does not tell them. */
  readonly features: ReadonlySet<string> | null;
}

/** Features that multiply bfloat16 numbers, by architecture; any one will do. */
const BFLOAT16_FEATURES: Readonly<Record<string, readonly string[]>> = {
  x64: ['avx512_bf16', 'amx_bf16'],
  arm64: ['bf16'],
};

/** What this machine has. */
export function thisProcessor(): Processor {
  return { name: `${process.platform}-${process.arch}`, features: linuxFeatures() };
}

/** Linux lists the features of each core, `flags` on x64 and `Features` on arm64; the first stands for all. */
function linuxFeatures(): ReadonlySet<string> | null {
  if (process.platform !== 'linux') return null;
  try {
    return parseFeatures(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return null; // a container without /proc
  }
}

/** The features in the text of `/proc/cpuinfo`; `null` where it lists none. */
export function parseFeatures(cpuinfo: string): ReadonlySet<string> | null {
  const list = /^(?:flags|Features)[ \t]*:(.*)$/m.exec(cpuinfo)?.[1];
  return list === undefined ? null : new Set(list.trim().split(/\s+/));
}

/** Throws unless bfloat16 is computed by instructions of the processor: emulated, it would be slower than float32. */
export function checkBfloat16(where: string, { name, features }: Processor = thisProcessor()): void {
  const oneDnn = process.env['TF_ENABLE_ONEDNN_OPTS'];
  if (/^(0|false)$/i.test(oneDnn ?? '')) {
    throw new BackendError(where, 'oneDNN for precision bfloat16', `TF_ENABLE_ONEDNN_OPTS=${oneDnn}`, FLOAT32);
  }
  const wanted = BFLOAT16_FEATURES[name.split('-').at(-1)!] ?? [];
  if (features !== null && wanted.some((feature) => features.has(feature))) return;
  const known = features !== null && wanted.length > 0;
  const expected = known
    ? `a processor with ${wanted.join(' or ')} for precision bfloat16`
    : 'a processor known to compute in bfloat16';
  throw new BackendError(where, expected, known ? 'one without' : `${name}, which does not tell`, FLOAT32);
}

/** What to do where bfloat16 cannot be had. */
export const FLOAT32 = 'Use precision float32';

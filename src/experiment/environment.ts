import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { type } from 'arktype';
import { nativeBackendStatus, type BackendChoice, type Precision } from '../backend/node/index.js';
import { RunFolderError } from '../core/index.js';
import { version } from '../version.js';

const recorded = type({
  tfjs: 'string',
  libtensorflow: 'string | null',
  machine: 'string',
  backend: "'tensorflow' | 'webgpu' | 'wasm' | 'cpu'",
  threads: 'number.integer >= 1 | null',
  'precision?': "'float32' | 'bfloat16'", // not in the files of earlier versions, which had float32 only
  'initial?': type({ run: 'string', checkpoint: "'best' | 'last'", epoch: 'number', sha256: 'string' }).or('null'),
  'modelFile?': type({ file: 'string', sha256: 'string' }).or('null'),
});

/** What a resumed run needs to know of the environment that it began in. */
export type RecordedEnvironment = typeof recorded.infer;

/** Checks what `environment.json` holds. */
export function parseEnvironment(path: string, json: unknown): RecordedEnvironment {
  const parsed = recorded(json);
  if (!(parsed instanceof type.errors)) return parsed;
  const hint = 'The file is damaged: restore it from a copy, or start a new run';
  throw new RunFolderError(path, 'the environment of a run', parsed.summary, hint);
}

/** What a run ran on: kept beside its configuration, because the last bits of its numbers depend on it. */
export interface Environment {
  /** Version of this package. */
  readonly longtail: string;
  /** Version of TensorFlow.js. */
  readonly tfjs: string;
  /** Version of libtensorflow on the native backend, where it is known; else `null`. */
  readonly libtensorflow: string | null;
  /** Seed of every random draw of a run; `null` outside one. */
  readonly seed: number | null;
  /** Version of Node. */
  readonly node: string;
  /** Platform and processor. */
  readonly machine: string;
  /** Name of the backend. */
  readonly backend: string;
  /** Why this backend. */
  readonly backendReason: string;
  /** Threads of the backend; `null` where it has no such setting. */
  readonly threads: number | null;
  /** What the backend computes convolutions and matrix products in. */
  readonly precision: Precision;
  /** Commit of the folder that the command ran in, with a mark if it had changes; `null` outside a repository. */
  readonly git: { readonly commit: string; readonly changed: boolean } | null;
  /** When the run began, ISO 8601. */
  readonly started: string;
}

/** Describes this process. */
export async function describeEnvironment(choice: BackendChoice, seed: number | null): Promise<Environment> {
  const require = createRequire(import.meta.url);
  return {
    longtail: version,
    tfjs: (require('@tensorflow/tfjs-core/package.json') as { version: string }).version,
    libtensorflow: choice.name === 'tensorflow' ? ((await nativeBackendStatus()).libtensorflow ?? null) : null,
    seed,
    node: process.versions.node,
    machine: `${process.platform}-${process.arch}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    backend: choice.name,
    backendReason: choice.reason,
    threads: choice.threads ?? null,
    precision: choice.precision ?? 'float32',
    git: gitState(),
    started: new Date().toISOString(),
  };
}

function gitState(): Environment['git'] {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return { commit: git('rev-parse', 'HEAD'), changed: git('status', '--porcelain') !== '' };
  } catch {
    return null; // no git, or no repository
  }
}

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { kebabCase } from '../../src/cli/command.js';
import { main } from '../../src/cli/program.js';
import { sharedTinyMnist, tinyOptions } from '../support/tinyData.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Path of the built command. */
export const command = join(root, 'dist/cli/main.js');

if (!existsSync(command)) throw new Error('These tests run the built command: npm run build first');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
const newest = Math.max(...sources.map((file) => statSync(join(root, 'src', file)).mtimeMs));
if (newest > statSync(command).mtimeMs) console.warn('dist/ is older than src/: npm run build first');

/** How a command ended. */
export interface Ended {
  /** Exit code, or `null` where a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a command runs. */
export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What {@link longtail} can be told. */
export interface CommandOptions extends Surroundings {
  /** Called with each line that appears on stderr, and the process that wrote it. */
  readonly onLine?: (line: string, child: ChildProcess) => void;
  /** Called once with the process. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs the built command in a process of its own, without a terminal, and waits for its end. */
export function longtail(args: readonly string[], { cwd, env, onLine, onStart }: CommandOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [command, ...args], {
    cwd: cwd ?? root,
    env: { ...withoutTestRunner(process.env), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onStart?.(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const seen = stderr.split('\n').length - 1;
    stderr += text;
    const lines = stderr.split('\n').slice(seen, -1);
    for (const line of lines) onLine?.(line, child);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/**
 * Runs a command in this process: the same program but for its process, which takes a second to start. For tests of what a
 * command says and does; those of signals, terminals and exits need {@link longtail}. One at a time.
 */
export async function longtailHere(
  args: readonly string[],
  { cwd = root, env = {} }: Surroundings = {},
): Promise<Ended> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  // The command lets go of the channel to its parent, which is the test runner here.
  const held = process.channel && vi.spyOn(process.channel, 'unref').mockReturnValue();
  const before = process.cwd();
  process.chdir(cwd);
  for (const [name, value] of Object.entries({ LONGTAIL_DATA: undefined, ...env })) vi.stubEnv(name, value);
  try {
    return { code: await main(args), signal: null, ...written };
  } finally {
    process.chdir(before);
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
    held?.mockRestore();
  }
}

/** The variables that vitest sets would colour the output, among other things. */
function withoutTestRunner(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = (name: string): boolean => !/^(VITEST|FORCE_COLOR|NODE_ENV|LONGTAIL_DATA)/.test(name);
  return Object.fromEntries(Object.entries(env).filter(([name]) => own(name)));
}

/** Flags of a run as the config file would have them. */
export function flags(options: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (typeof value === 'boolean') return [`--${value ? '' : 'no-'}${kebabCase(name)}`];
    return [`--${kebabCase(name)}`, String(value)];
  });
}

/** `longtail train` on the tiny data, with these options over those of all tests. */
export const tinyRun = (changes: Readonly<Record<string, unknown>> = {}): string[] => [
  'train',
  ...flags({ ...tinyOptions(sharedTinyMnist()), ...changes }),
];

/** The report that a command printed, without the speed and the folder, which differ between equal runs. */
export function reportIn({ stdout }: Pick<Ended, 'stdout'>): Record<string, unknown> {
  const report = JSON.parse(stdout) as Record<string, unknown>;
  return { ...report, imagesPerSecond: 0, run: '' };
}

/** The epochs that a run recorded, without the speed. */
export function epochsIn(run: string): Record<string, unknown>[] {
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => ({ ...(JSON.parse(line) as object), imagesPerSecond: 0 }));
}

import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';

/** How the process of a run ended. */
export interface RunEnd {
  /** Exit code; `null` where a signal ended the process, or where it could not be started. */
  readonly code: number | null;
  /** Why it failed, for people; `null` for exit code 0. */
  readonly failure: string | null;
}

/** What {@link runProcess} needs to know. */
export interface RunProcessOptions {
  /** Program and arguments before those of the run: `node dist/cli/main.js`. */
  readonly command: readonly [string, ...string[]];
  /** File of the configuration. */
  readonly config: string;
  /** Folder of the run, begun or not. */
  readonly run: string;
  /** File that what the process prints is appended to. */
  readonly log: string;
  /** Tells the process to write a checkpoint and end. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `longtail train` in a process of its own, in a process group of its own: Ctrl-C in a terminal reaches the sweep
 * alone, which then closes its channel to the process. A sweep that is killed closes it too, so no run is left behind.
 */
export async function runProcess({ command, config, run, log, signal }: RunProcessOptions): Promise<RunEnd> {
  const output = openSync(log, 'a');
  const before = fstatSync(output).size;
  const [program, ...args] = command;
  const child = spawn(program, [...args, 'train', config, '--out', run, '--resume'], {
    stdio: ['ignore', output, output, 'ipc'],
    detached: true,
    windowsHide: true,
  });
  closeSync(output);
  const stop = (): void => {
    if (child.connected) child.disconnect();
  };
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  try {
    return await new Promise<RunEnd>((resolve) => {
      child.on('error', ({ message }) => resolve({ code: null, failure: message }));
      child.on('exit', (code, name) => {
        const said = lastWords(log, before);
        if (name !== null) return resolve({ code, failure: killed(name) });
        return resolve({ code, failure: code === 0 ? null : (said ?? `exit code ${code}`) });
      });
    });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function killed(name: NodeJS.Signals): string {
  return name === 'SIGKILL' ? 'killed by SIGKILL, as for want of memory: fewer --jobs need less' : `killed by ${name}`;
}

/** The error that a command printed last, from a position of its log on: `longtail: ...`, or the stack of a defect. */
function lastWords(log: string, from: number): string | null {
  const lines = readFileSync(log).subarray(from).toString('utf8').trimEnd().split('\n');
  const at = lines.findLastIndex((line) => line.startsWith('longtail: '));
  if (at < 0) return lines.at(-1) || null;
  const message = lines[at]!.slice('longtail: '.length);
  return message === 'unexpected failure' ? `${message}: ${lines[at + 1] ?? ''}` : message;
}

import { spawn } from 'node:child_process';

/** Where and how a command runs. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** A command that is not there (`code` is `ENOENT`), exited with a number, or was killed by a signal. */
export class CommandFailure extends Error {
  constructor(
    readonly command: string,
    readonly code: string | number,
    readonly output: string,
  ) {
    super(`${command} ended with ${code}: ${lastLines(output)}`);
  }

  get missing(): boolean {
    return this.code === 'ENOENT' || this.code === 'EACCES';
  }
}

/** Runs a command without a shell and returns its stdout; throws the signal's reason, once the command has ended, when aborted. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env = process.env, signal }: CommandOptions = {},
): Promise<string> {
  signal?.throwIfAborted();
  const child = spawn(command, args, { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = await new Promise<string | number>((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (!signal?.aborted) resolve(error.code ?? error.message);
    });
    child.on('close', (exitCode, killedBy) => resolve(exitCode ?? killedBy ?? 'a signal'));
  });
  signal?.throwIfAborted();
  if (code !== 0) throw new CommandFailure(command, code, output);
  return stdout;
}

/** The last lines of a command's output that say something, for an error message. */
export function lastLines(output: string, count = 3): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.length === 0 ? 'it printed nothing' : lines.slice(-count).join(' | ');
}

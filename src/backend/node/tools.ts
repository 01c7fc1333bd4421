import { BackendError } from '../../core/index.js';
import { diskFull } from './disk.js';
import { CommandFailure, lastLines, runCommand } from './command.js';

export const PYTHON = 'python3';
export const NPM = 'npm';

const WASM_HINT = 'the wasm backend needs none of this';

/** Fails early, before anything is downloaded, when a tool is missing; returns the C++ compiler to use. */
export async function checkTools(where: string, signal?: AbortSignal): Promise<string> {
  await requireTool(where, PYTHON, ['-m', 'pip', '--version'], {
    expected: 'python3 with pip on PATH',
    hint: `Install both (Debian, Ubuntu: apt install python3 python3-pip); ${WASM_HINT}`,
    signal,
  });
  await requireTool(where, NPM, ['--version'], {
    expected: 'npm on PATH',
    hint: `Install npm, which comes with Node; ${WASM_HINT}`,
    signal,
  });
  return findCompiler(where, signal);
}

async function requireTool(
  where: string,
  command: string,
  args: readonly string[],
  { expected, hint, signal }: { expected: string; hint: string; signal: AbortSignal | undefined },
): Promise<void> {
  try {
    await runCommand(command, args, { signal });
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const got = error.missing ? `no ${command}` : lastLines(error.output, 1);
    throw new BackendError(where, expected, got, hint, { cause: error });
  }
}

async function findCompiler(where: string, signal: AbortSignal | undefined): Promise<string> {
  const chosen = process.env['CXX'];
  const candidates = chosen ? [chosen] : ['g++', 'clang++', 'c++'];
  for (const command of candidates) {
    try {
      await runCommand(command, ['--version'], { signal });
      return command;
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
    }
  }
  throw new BackendError(
    where,
    'a C++ compiler',
    `none of ${candidates.join(', ')} that runs`,
    `Install one (Debian, Ubuntu: apt install g++; macOS: xcode-select --install) or name it in CXX; ${WASM_HINT}`,
  );
}

const OFFLINE =
  /NewConnectionError|Name or service not known|Temporary failure in name resolution|ConnectTimeout|Network is unreachable|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/;
const DISK_FULL = /No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/;

/** Turns the failure of a command that fetches or builds `what` into an error that says what to do. */
export function explainFailure(where: string, error: unknown, what: string): unknown {
  if (!(error instanceof CommandFailure)) return error;
  const cause = { cause: error };
  if (DISK_FULL.test(error.output)) return diskFull(where, error);
  if (OFFLINE.test(error.output)) {
    return new BackendError(
      where,
      what,
      'no network',
      'Go online and try again; what is done so far is not kept',
      cause,
    );
  }
  return new BackendError(where, what, `${error.command} ended with ${error.code}`, lastLines(error.output), cause);
}

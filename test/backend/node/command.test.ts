import { describe, expect, it } from 'vitest';
import { CommandFailure, lastLines, runCommand } from '../../../src/backend/node/command.js';

const node = process.execPath;

async function failureOf(command: Promise<unknown>): Promise<CommandFailure> {
  const error = await command.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CommandFailure);
  return error as CommandFailure;
}

describe('runCommand', () => {
  it('hands arguments over as they are: no shell reads them', async () => {
    const argument = '$HOME; echo "x" && `id` *';
    const stdout = await runCommand(node, ['-e', 'process.stdout.write(process.argv[1])', argument]);
    expect(stdout).toBe(argument);
  });

  it('keeps stdout and stderr of a command that fails', async () => {
    const failure = await failureOf(
      runCommand(node, ['-e', 'console.log("out"); console.error("err"); process.exit(3)']),
    );
    expect(failure.code).toBe(3);
    expect(failure.output).toContain('out');
    expect(failure.output).toContain('err');
    expect(failure.missing).toBe(false);
  });

  it('names the signal that ended a command', async () => {
    expect((await failureOf(runCommand(node, ['-e', 'process.kill(process.pid, "SIGKILL")']))).code).toBe('SIGKILL');
  });

  it('tells a missing command', async () => {
    expect((await failureOf(runCommand('no-such-command', []))).missing).toBe(true);
  });

  it('ends the command when the signal aborts, and throws its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const running = runCommand(node, ['-e', 'setInterval(() => {}, 1000)'], { signal: controller.signal });
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await expect(runCommand(node, ['--version'], { signal: controller.signal })).rejects.toBe(reason);
  });
});

describe('lastLines', () => {
  it('shows the end of the output on one line', () => {
    expect(lastLines('a\n\nb\nc\nd\n')).toBe('b | c | d');
    expect(lastLines('a\nb', 1)).toBe('b');
    expect(lastLines('\n')).toBe('it printed nothing');
  });
});

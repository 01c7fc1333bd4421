import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshFolder } from '../support/folders.js';

/** Whether a shell is at hand. */
export function isAtHand(shell: string): boolean {
  return spawnSync(shell, ['-c', 'true']).status === 0;
}

/** The path of a new file that holds a script. */
export function scriptFile(text: string): string {
  const path = join(freshFolder(), 'script');
  writeFileSync(path, text);
  return path;
}

/** Runs a script of a shell, without the settings of the user; fails where it writes to stderr. */
export function inShell(
  command: string,
  args: readonly string[],
  options: Pick<SpawnSyncOptions, 'cwd' | 'env' | 'input'> = {},
): string {
  const { status, stdout, stderr } = spawnSync(command, args, { ...options, encoding: 'utf8' });
  if (status !== 0 || stderr !== '') throw new Error(`${command} ended with ${status}: ${stderr}`);
  return stdout;
}

// Neither a blank, so that empty words are kept, nor a part of any word.
const SEPARATOR = '\u001f';

/** What bash offers for the last word of each of these command lines. */
export function completeInBash(script: string, lines: readonly (readonly string[])[], cwd: string): string[][] {
  const program = `
    source '${scriptFile(script)}'
    while IFS=$'${SEPARATOR}' read -r -a COMP_WORDS; do
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      _longtail
      for reply in "\${COMPREPLY[@]}"; do printf '%s${SEPARATOR}' "$reply"; done
      echo
    done`;
  const input = lines.map((words) => [...words, '\n'].join(SEPARATOR)).join('');
  const answers = inShell('bash', ['--norc', '--noprofile', '-c', program], { cwd, input }).split('\n').slice(0, -1);
  return answers.map((answer) => answer.split(SEPARATOR).slice(0, -1));
}

/** What fish offers for the last word of a command line. */
export function completeInFish(script: string, line: string, cwd: string): string[] {
  const program = `source '${scriptFile(script)}'; complete -C '${line}'`;
  const env = { ...process.env, HOME: freshFolder() };
  const answers = inShell('fish', ['--no-config', '-c', program], { cwd, env });
  return answers
    .split('\n')
    .slice(0, -1)
    .map((answer) => answer.split('\t')[0]!);
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { flagsOf, listed } from '../../src/cli/command.js';
import { commands } from '../../src/cli/commands.js';
import { bashScript } from '../../src/cli/completion/bash.js';
import { fishScript } from '../../src/cli/completion/fish.js';
import { grammar } from '../../src/cli/completion/grammar.js';
import { zshScript } from '../../src/cli/completion/zsh.js';
import { choices, presets } from '../../src/experiment/options.js';
import { freshFolder } from '../support/folders.js';
import { completeInBash, completeInFish, inShell, isAtHand, scriptFile } from './shells.js';
import { longtail } from './support.js';

const names = [...commands.map(({ name }) => name), 'help'];
const files = ['a b', 'cats', 'runs'];
const folder = freshFolder();

beforeAll(() => {
  writeFileSync(join(folder, 'a b'), '');
  writeFileSync(join(folder, 'cats'), '');
  mkdirSync(join(folder, 'runs'));
});

/** Command lines without their first word, and what completes the last of theirs. */
const cases: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
  [['tr'], ['train']],
  [['nothing'], []],
  [['nothing', ''], []],
  [['--ver'], ['--version']],
  [['help', 'ev'], ['evaluate']],
  [['train', '--los'], ['--loss']],
  [['train', '--no-f'], ['--no-flip']],
  [['train', '--loss', 'log'], ['logit-adjusted']],
  [['train', '--loss', ''], choices.loss],
  [['train', '--loss', 'zzz'], []],
  [['train', '--epochs', ''], []],
  [['train', 'q'], ['quickstart']],
  [
    ['train', ''],
    [...presets, ...files],
  ],
  [
    ['train', '--data', 'c'],
    ['cifar10', 'cifar100', 'cats'],
  ],
  [['train', '--data-dir', ''], files],
  [['train', '--resume', 'r'], ['runs']],
  // Words that are names of commands, but values here.
  [['evaluate', '--split', 'train', '--spl'], ['--split']],
  [['data', '--json', 'down'], ['download']],
  [['report', 'a b', 'r'], ['runs']],
];

describe('completion in bash', () => {
  const complete = (lines: readonly (readonly string[])[]): string[][] =>
    completeInBash(
      bashScript(grammar()),
      lines.map((words) => ['longtail', ...words]),
      folder,
    );

  it('offers commands, options, names and paths', () => {
    const sorted = (all: readonly string[]): string[] => [...all].sort();
    const offered = complete(cases.map(([words]) => words));
    expect(offered.map(sorted)).toEqual(cases.map(([, expected]) => sorted(expected)));
  });

  it.each([
    ['every command first', [''], [...names, '--help', '--version']],
    ['values after the sign of --option=value', ['train', '--head', '=', 'r'], ['rbf']],
    ['all of them right after the sign', ['train', '--scored', '='], [...choices.scored]],
    ['an option where a value may be left out', ['train', '--resume', '--js'], ['--json']],
    ['the second argument after a value of an option', ['data', '--profile', 'step', 'inspect', ''], files],
    ['the second argument after --option=value', ['data', '--profile', '=', 'step', 'inspect', ''], files],
    ['nothing after the last argument', ['train', 'quickstart', ''], []],
  ])('offers %s', (_what, words, offered) => {
    expect(complete([words])[0]!.sort()).toEqual([...offered].sort());
  });

  it('knows every option of every command, and what its value can be', () => {
    const all = commands.flatMap(({ name, options }) => listed(options).map((option) => ({ name, option })));
    const flags = complete(all.map(({ name, option }) => [name, flagsOf(option).split(' ')[0]!]));
    flags.forEach((offered, i) => expect(offered).toContain(flagsOf(all[i]!.option).split(' ')[0]));
    const closed = all.filter(({ option }) => option.choices !== undefined);
    const values = complete(closed.map(({ name, option }) => [name, flagsOf(option).split(' ')[0]!, '']));
    values.forEach((offered, i) => {
      const { choices, orPath } = closed[i]!.option;
      expect(offered.slice(0, choices!.length)).toEqual(choices);
      expect(offered.slice(choices!.length).sort()).toEqual(orPath ? files : []);
    });
  });
});

describe.skipIf(!isAtHand('fish'))('completion in fish', () => {
  it.each(cases)('of %j', (words, offered) => {
    const line = ['longtail', ...words.map((word) => word.replace(' ', String.raw`\\ `))].join(' ');
    const paths = completeInFish(fishScript(grammar()), line, folder).map((path) => path.replace(/\/$/, ''));
    expect(paths.sort()).toEqual([...offered].sort());
  });
});

describe.skipIf(!isAtHand('zsh'))('completion in zsh', () => {
  it('is a script that registers itself', () => {
    const path = scriptFile(zshScript(grammar()));
    inShell('zsh', ['-f', '-n', path]);
    expect(inShell('zsh', ['-f', '-c', `compdef() { print -r -- "$@" }; source '${path}'`])).toBe(
      '_longtail longtail\n',
    );
  });

  it('describes the options of a command', () => {
    const stubs = `compdef() { : }; _arguments() { if (( \${#state} )); then print -rl -- "$@"; else state=argument line=(train); fi }`;
    const printed = inShell('zsh', ['-f', '-c', `${stubs}; source '${scriptFile(zshScript(grammar()))}'; _longtail`]);
    const specs = printed.split('\n');
    expect(specs[0]).toBe(`1:preset: _longtail_names_or_path ${presets.join(' ')}`);
    expect(specs).toContain('--resume=[go on with a run: its folder, or that of --out]::run:_files');
    expect(specs).toContain(
      "--data-dir=[the data set's own folder, or one that holds it by its usual name]:path:_files",
    );
    expect(specs).toContain(`--scored=[whose weights are scored and exported; default teacher]:name:(teacher student)`);
    expect(specs).toContain('--no-flip[the opposite of --flip]');
  });

  it('keeps brackets in what it says', () => {
    expect(zshScript(grammar())).toContain(String.raw`'--scores=[logits of any model, .npy \[examples, classes\];`);
  });
});

it.each([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
])('longtail completion %s prints the script', async (shell, script) => {
  const ended = await longtail(['completion', shell]);
  expect(ended).toEqual({ code: 0, signal: null, stdout: script(grammar()), stderr: '' });
});

it('no name needs quotes in a shell', () => {
  const all = grammar().flatMap(({ name, options, arguments: words }) => {
    const values = [...options.flatMap(({ value }) => (value ? [value] : [])), ...words];
    return [name, ...options.map(({ flag }) => flag.slice(2)), ...values.flatMap((value) => value.names)];
  });
  expect(all.filter((word) => !/^[a-z0-9][a-z0-9.-]*$/.test(word))).toEqual([]);
});

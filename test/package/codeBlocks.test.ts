import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { flagsOf, type Command } from '../../src/cli/command.js';
import { commands } from '../../src/cli/commands.js';
import { configKeys } from '../../src/experiment/index.js';
import { freshFolder } from '../support/folders.js';
import { findDocuments, root } from './examples.js';

/** Blocks of the documents that are not TypeScript, which `examples.test.ts` runs. */
interface Block {
  readonly where: string;
  readonly language: string;
  readonly code: string;
}

const blocks: readonly Block[] = findDocuments().flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ index, 1: language, 2: code }) => ({
    where: `${file}:${text.slice(0, index).split('\n').length + 1}`,
    language: language!,
    code: code!,
  }));
});
const of = (language: string): readonly Block[] => blocks.filter((block) => block.language === language);

/** Looked at by hand only: the first needs NumPy, the second a page with a picture; the third is what a command prints. */
const exceptions = [/numpy\.save/, /tf\.browser\.fromPixels/, /^ {3}seed 1/];

/** The words behind each `longtail` of a text. */
function callsIn(text: string): string[][] {
  const joined = text.replaceAll(/\\\n\s*/g, ' ');
  return [...joined.matchAll(/(?:^|[;&|(] *)(?:npx )?longtail ([^#;&|)\n]*)/gm)].map(([, rest]) =>
    rest!.trim().split(/\s+/),
  );
}

/** Those of the shell blocks, and of the examples of `--help`. */
const lines = [
  ...of('sh').flatMap(({ where, code }) => callsIn(code).map((words) => ({ where, words }))),
  ...commands.flatMap(({ name, examples }) =>
    examples.flatMap(callsIn).map((words) => ({ where: `longtail ${name} --help`, words })),
  ),
];

function problemsOf(words: readonly string[]): string[] {
  const command = commands.find(({ name }) => name === words[0]);
  if (!command) return words[0]?.startsWith('-') ? [] : [`no command ${words[0]}`];
  return words.flatMap((word, at) => (word.startsWith('--') ? problemOf(command, word, words[at + 1]) : []));
}

function problemOf(command: Command, flag: string, value: string | undefined): string[] {
  if (flag === '--help') return [];
  const option = command.options.find((one) => flagsOf(one).split(/[ ,]+/).includes(flag));
  if (!option) return [`${command.name} has no option ${flag}`];
  if (!option.choices || option.orPath || option.choices.includes(value!)) return [];
  return [`${command.name} ${flag} cannot be ${value}`];
}

describe('code blocks of the documents', () => {
  it('are of languages that are checked', () => {
    expect([...new Set(blocks.map(({ language }) => language))].sort()).toEqual([
      '',
      'js',
      'json',
      'python',
      'sh',
      'ts',
    ]);
    const unchecked = blocks.filter(({ language }) => language === '' || language === 'python');
    expect(unchecked.filter(({ code }) => !exceptions.some((exception) => exception.test(code)))).toEqual([]);
  });

  it('call commands and options that there are, with choices that there are', () => {
    expect(lines.length).toBeGreaterThan(60);
    const problems = lines.flatMap(({ where, words }) => problemsOf(words).map((problem) => `${where}: ${problem}`));
    expect(problems).toEqual([]);
  });

  it('have sweeps of options that there are', () => {
    const known = new Set<string>([...configKeys, 'name', 'init']);
    for (const { where, code } of of('json')) {
      const { methods, ...whole } = JSON.parse(code) as { methods?: object[] } & Record<string, unknown>;
      for (const method of methods ?? [whole])
        expect(Object.keys(method).filter((key) => !known.has(key)), where).toEqual([]); // prettier-ignore
    }
  });

  it('make a model of the shape asked for', async () => {
    const modules = of('js').filter(({ code }) => !exceptions.some((exception) => exception.test(code)));
    expect(modules).toHaveLength(1);
    const file = join(freshFolder(), 'model.mjs');
    writeFileSync(file, modules[0]!.code);
    const { default: make } = (await import(file)) as { default: (options: object) => tf.LayersModel };
    const model = make({ inputShape: [32, 32, 3], numClasses: 7, random: { seedFor: () => 1 }, tf });
    expect([model.inputs[0]!.shape, model.outputs[0]!.shape]).toEqual([[null, 32, 32, 3], [null, 7]]); // prettier-ignore
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.js';
import { choices, optionGroups } from '../../src/experiment/options.js';
import { freshFolder } from '../support/folders.js';
import { longtail, longtailHere, tinyRun } from './support.js';

const help = '(longtail COMMAND --help lists the options of a command)';
const words = (line: string): string[] => line.split(' ').filter((word) => word !== '');

describe('wrong usage exits with 2, says what is wrong on stderr and nothing on stdout', () => {
  it.each([
    // Of the command line itself.
    ['trian', `error: unknown command 'trian'\n(Did you mean train?)\n${help}`],
    ['trian --help', `error: unknown command 'trian'\n(Did you mean train?)\n${help}`],
    ['help trian', `error: unknown command 'trian'\n(Did you mean train?)\n${help}`],
    ['train --epoch 3', `error: unknown option '--epoch'\n(Did you mean --epochs?)\n${help}`],
    ['train --batchSize 3', `error: unknown option '--batchSize'\n(Did you mean --batch-size?)\n${help}`],
    ['train a b', `error: too many arguments for 'train'. Expected 1 argument but got 2.\n${help}`],
    ['train --epochs', `error: option '--epochs <number>' argument missing\n${help}`],
    [
      'train --epochs abc',
      `error: option '--epochs <number>' argument 'abc' is invalid. It must be a number.\n${help}`,
    ],
    ['train --epochs=', `error: option '--epochs <number>' argument '' is invalid. It must be a number.\n${help}`],
    [
      'train --milestones 1,x',
      `error: option '--milestones <list>' argument '1,x' is invalid. It must be a number.\n${help}`,
    ],
    ['evaluate', 'longtail: evaluate: expected either the folder of a run, or --scores with --labels, got neither'],
    ['export', `error: missing required argument 'run'\n${help}`],
    ['data', `error: missing required argument 'action'\n${help}`],
    // Names.
    [
      'train --loss logit-adjustd',
      `longtail: train: expected --loss to be one of ${choices.loss.join(', ')}, got logit-adjustd. ` +
        'Did you mean "logit-adjusted"?',
    ],
    [
      'train --model resnet23',
      'longtail: train: expected --model to be one of resnet8, resnet20, resnet32, resnet56, official-resnet, mlp, linear, ' +
        'got resnet23. Did you mean "resnet20" or "resnet8" or "resnet32"?',
    ],
    [
      'train cifar10',
      'longtail: train: expected the name of a preset or a path that ends in .json, got "cifar10". ' +
        'Did you mean "cifar10-lt" or "cifar100-lt"?',
    ],
    [
      'data lst',
      'longtail: data: expected action to be one of list, download, profile, inspect, got lst. Did you mean "list"?',
    ],
    [
      'data profile cifar',
      'longtail: loadDataset: expected name to be one of sample, cifar10, cifar100, mnist, got cifar. ' +
        'Did you mean "cifar10" or "cifar100"?',
    ],
    [
      'data download',
      'longtail: data: expected the name of a data set after download, got none. ' +
        'The data sets are sample, cifar10, cifar100, mnist',
    ],
    ['data inspect', 'longtail: data: expected a folder or file after inspect, got none'],
    [
      'data inspect ./no-such-folder',
      'longtail: data: expected a folder, or a file that ends in .txt, .csv, .parquet, .npy, ' +
        'got ./no-such-folder, which does not exist',
    ],
    [
      'train --data mnst',
      `longtail: train: expected --data to be one of ${choices.data.join(', ')}, got mnst. Did you mean "mnist"?`,
    ],
    ['completion', `error: missing required argument 'shell'\n${help}`],
    [
      'completion tcsh',
      'longtail: completion: expected shell to be one of bash, zsh, fish, got tcsh. Did you mean "bash" or "zsh" or "fish"?',
    ],
    ['backend foo', 'longtail: backend: expected action to be one of status, install, uninstall, got foo'],
    [
      'doctor --backend wsam',
      'longtail: doctor: expected --backend to be one of auto, tensorflow, webgpu, wasm, cpu, got wsam. Did you mean "wasm"?',
    ],
    [
      'evaluate runs/x --split tset',
      'longtail: evaluate: expected --split to be one of test, holdout, train, got tset. Did you mean "test"?',
    ],
    // Values.
    ['train --epochs 0', 'longtail: command line: expected epochs to be at least 1, got 0'],
    ['train --epochs 1.5', 'longtail: command line: expected epochs to be an integer, got 1.5'],
    [
      'train --loss ce --tau 1',
      'longtail: command line: expected tau only with the losses logit-adjusted, equalized, vector-scaling, ' +
        'sampled-softmax, sampled-decoupled, got tau 1 with ce. ' +
        'With a hold-out the post-hoc tau of ce is tuned there',
    ],
    ['evaluate runs/x --tau -1', 'longtail: evaluate: expected --tau to be a finite number of at least 0, got -1'],
    // What does not go together.
    ['train --resume', 'longtail: train: expected the folder of the run to go on with, got none. Write --resume RUN'],
    ['train --resume x --out y', 'longtail: train: expected one folder, got --out y and --resume x. Leave out --out'],
    [
      'train quickstart --preset cifar10-lt',
      'longtail: train: expected one preset, got quickstart and --preset cifar10-lt',
    ],
    ['train missing.json', 'longtail: missing.json: expected a readable config file, got ENOENT'],
  ])('longtail %s', async (line, message) => {
    const ended = await longtailHere(words(line));
    expect(ended).toEqual({ code: 2, signal: null, stdout: '', stderr: `${message}\n` });
  });

  it.each(['train --epoch 3', 'train --epochs 0'])('longtail %s in a process of its own', async (line) => {
    const { code, stdout, stderr } = await longtailHere(words(line));
    expect(await longtail(words(line))).toEqual({ code, signal: null, stdout, stderr });
  });

  it('longtail', async () => {
    const { code, stdout, stderr } = await longtailHere([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Usage: longtail \[options\] \[command\]\n/);
  });

  it.each([
    ['{"epoch": 3}', 'expected names of options, got "epoch". Did you mean "epochs" or "drwEpoch" or "drsEpoch"?'],
    ['{"loss": "focl"}', `expected loss to be one of ${choices.loss.join(', ')}, got "focl". Did you mean "focal"?`],
    ['{"flip": "yes"}', 'expected flip to be false or true, got "yes"'],
    ['[1]', 'expected an object of options, got an array'],
  ])('longtail train with the config file %s', async (content, message) => {
    const path = join(freshFolder(), 'mine.json');
    writeFileSync(path, content);
    const ended = await longtailHere(['train', path]);
    expect(ended).toEqual({ code: 2, signal: null, stdout: '', stderr: `longtail: ${path}: ${message}\n` });
  });

  it('longtail train with an option that its data cannot meet, and leaves no folder behind', async () => {
    const cwd = freshFolder();
    const ended = await longtailHere([...tinyRun({ batchSize: 1000 }), '--out', 'run'], { cwd });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toBe(
      'longtail: configuration: expected batchSize of at most the number of training examples, ' +
        'got 1000 with 89 training examples. Set a smaller batchSize (--batch-size)\n',
    );
    expect(await longtailHere(['evaluate', 'run'], { cwd })).toMatchObject({ code: 1 });
  });
});

describe('longtail', () => {
  it('--version prints the version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await longtail(['--version'])).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
  });

  it.each([['--help'], ['help'], ['help train'], ...commands.map(({ name }) => [`${name} --help`])])(
    '%s prints on stdout, with examples, and exits with 0',
    async (line) => {
      const { code, stdout, stderr } = await longtailHere(words(line));
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^Usage: longtail/);
      expect(stdout).toMatch(/\n\nExamples:\n {2}\S/);
    },
  );

  it('train --help lists every option with its default', async () => {
    const { stdout } = await longtailHere(['train', '--help']);
    const headings = [...stdout.matchAll(/^(\S.*):$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(['Arguments', 'Options', ...Object.values(optionGroups), 'Examples']);
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain('--learning-rate <number> base learning rate, after warm-up; default 0.1');
    expect(text).toContain('--no-flip the opposite of --flip');
    expect(text).toContain('longtail train quickstart');
  });
});

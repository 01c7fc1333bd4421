import { choices, defaultConfig, optionDescriptions, type OptionDescription } from '../experiment/options.js';
import type { Command, CommandOption } from './command.js';

const json: CommandOption = { name: 'json', kind: 'flag', help: 'print one JSON object on stdout' };

const backend: CommandOption = {
  name: 'backend',
  kind: 'choice',
  help: optionDescriptions.backend.help,
  choices: choices.backend,
};

const dataDir: CommandOption = { name: 'dataDir', ...optionDescriptions.dataDir };

const runOptions: readonly CommandOption[] = Object.entries<OptionDescription>(optionDescriptions).map(
  ([name, description]) => ({
    name,
    kind: description.kind,
    help: withDefault(name as keyof typeof defaultConfig, description.help),
    ...(name in choices ? { choices: choices[name as keyof typeof choices] } : {}),
  }),
);

function withDefault(name: keyof typeof defaultConfig, help: string): string {
  const value = defaultConfig[name];
  return value === null || Array.isArray(value) ? help : `${help}; default ${String(value)}`;
}

/** Every command of `longtail`. */
export const commands: readonly Command[] = [
  {
    name: 'train',
    summary: 'train on long-tailed data and report raw and post-hoc balanced accuracy',
    arguments: [{ name: 'preset', help: 'name of a preset, or path of a config file (.json)', required: false }],
    options: [
      ...runOptions,
      { name: 'preset', kind: 'path', help: 'the same as the positional argument' },
      { name: 'out', kind: 'path', help: 'folder of the run, never overwritten; default: a new one under runs/' },
      { name: 'resume', kind: 'optional-path', help: 'go on with a run: its folder, or that of --out' },
      json,
    ],
    examples: [
      'longtail train quickstart',
      'longtail train cifar10-lt --loss logit-adjusted --epochs 40 --schedule cosine',
      'longtail train --data cifar100 --model resnet32 --loss ce --holdout 0.1 --json',
      'longtail train --resume runs/2026-11-24-sample',
    ],
    run: async () => (await import('./train.js')).runTrain,
  },
  {
    name: 'evaluate',
    summary: 'score a checkpoint of a run, raw and post hoc',
    arguments: [{ name: 'run', help: 'folder of the run', required: true }],
    options: [
      { name: 'split', kind: 'choice', help: 'which examples', choices: ['test', 'holdout', 'train'] },
      { name: 'checkpoint', kind: 'choice', help: 'default: best if there is one', choices: ['best', 'last'] },
      { name: 'tau', kind: 'number', help: 'strength of the post-hoc adjustment; default: as the run chose it' },
      dataDir,
      backend,
      json,
    ],
    examples: ['longtail evaluate runs/my-run', 'longtail evaluate runs/my-run --tau 1.5 --json'],
    run: async () => (await import('./evaluate.js')).runEvaluate,
  },
  {
    name: 'data',
    summary: 'list, fetch and describe data sets',
    arguments: [
      { name: 'action', help: 'what to do', required: true, choices: ['list', 'download', 'profile'] },
      { name: 'name', help: 'data set, for download and profile', required: false },
    ],
    options: [
      { name: 'profile', kind: 'choice', help: optionDescriptions.profile.help, choices: choices.profile },
      { name: 'imbalance', kind: 'number', help: optionDescriptions.imbalance.help },
      { name: 'maxPerClass', kind: 'number', help: optionDescriptions.maxPerClass.help },
      dataDir,
      json,
    ],
    examples: ['longtail data list', 'longtail data download cifar10', 'longtail data profile cifar10 --imbalance 50'],
    run: async () => (await import('./data.js')).runData,
  },
  {
    name: 'backend',
    summary: 'show, install or remove the native backend',
    arguments: [{ name: 'action', help: 'what to do', required: false, choices: ['status', 'install', 'uninstall'] }],
    options: [
      { name: 'gpu', kind: 'flag', help: 'install the CUDA build (proved on the CPU only)' },
      { name: 'force', kind: 'flag', help: 'try on a platform where it is not proved' },
      json,
    ],
    examples: ['longtail backend', 'longtail backend install'],
    run: async () => (await import('./backend.js')).runBackend,
  },
  {
    name: 'doctor',
    summary: 'check versions, backends and gradients',
    arguments: [],
    options: [backend, json],
    examples: ['longtail doctor', 'longtail doctor --backend wasm'],
    run: async () => (await import('./doctor.js')).runDoctor,
  },
];

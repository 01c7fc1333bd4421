import {
  choices,
  defaultConfig,
  optionDescriptions,
  optionGroups,
  presets,
  splits,
  type OptionDescription,
} from '../experiment/options.js';
import type { Command, CommandOption } from './command.js';

const json: CommandOption = { name: 'json', kind: 'flag', help: 'print one JSON object on stdout' };

const backend: CommandOption = {
  name: 'backend',
  kind: 'choice',
  help: optionDescriptions.backend.help,
  choices: choices.backend,
};

const precision: CommandOption = {
  name: 'precision',
  kind: 'choice',
  help: `${optionDescriptions.precision.help}; default: as the run`,
  choices: choices.precision,
};

const dataDir: CommandOption = { name: 'dataDir', ...optionDescriptions.dataDir };

/** Options of a run that say where data of your own lie. */
const ownData = (...names: readonly OptionName[]): CommandOption[] =>
  names.map((name) => ({ name, kind: 'path', help: optionDescriptions[name].help }));

type OptionName = keyof typeof optionDescriptions;

const runOptions: readonly CommandOption[] = Object.entries<OptionDescription>(optionDescriptions).map(
  ([name, description]) => ({
    name,
    ...description,
    help: withDefault(name as OptionName, description.help),
    group: groupOf(name as OptionName),
    ...(name in choices ? { choices: choices[name as keyof typeof choices] } : {}),
  }),
);

function withDefault(name: OptionName, help: string): string {
  const value = defaultConfig[name];
  return value === null || Array.isArray(value) ? help : `${help}; default ${String(value)}`;
}

function groupOf(name: OptionName): string {
  const order = Object.keys(optionDescriptions);
  return Object.entries(optionGroups).findLast(([first]) => order.indexOf(first) <= order.indexOf(name))![1];
}

/** Every command of `longtail`. */
export const commands: readonly Command[] = [
  {
    name: 'train',
    summary: 'train on long-tailed data and report raw and post-hoc balanced accuracy',
    arguments: [
      {
        name: 'preset',
        help: 'name of a preset, or path of a config file (.json)',
        required: false,
        choices: presets,
        orPath: true,
      },
    ],
    options: [
      { name: 'preset', kind: 'path', help: 'the same as the positional argument' },
      { name: 'out', kind: 'path', help: 'folder of the run, never overwritten; default: a new one under runs/' },
      { name: 'resume', kind: 'optional-path', help: 'go on with a run: its folder, or that of --out' },
      json,
      ...runOptions,
    ],
    examples: [
      'longtail train quickstart',
      'longtail train cifar10-lt --loss logit-adjusted --epochs 40 --schedule cosine',
      'longtail train --data ./flowers --image-size 64 --model resnet20',
      'longtail train --features features.npy --labels labels.npy --epochs 5',
      'longtail train --data cifar100 --model resnet32 --loss ce --holdout 0.1 --json',
      'longtail train --resume runs/2026-11-24-sample',
    ],
    run: async () => (await import('./train.js')).runTrain,
  },
  {
    name: 'evaluate',
    summary: 'score a checkpoint of a run, or the scores of any model, raw and post hoc',
    arguments: [{ name: 'run', help: 'folder of the run; none with --scores', required: false }],
    options: [
      { name: 'split', kind: 'choice', help: 'which examples', choices: splits },
      { name: 'checkpoint', kind: 'choice', help: 'default: best if there is one', choices: ['best', 'last'] },
      { name: 'tau', kind: 'number', help: 'strength of the post-hoc adjustment; default: as the run chose it' },
      {
        name: 'scores',
        kind: 'path',
        help: 'logits of any model, .npy [examples, classes]; with --labels, in place of a run',
      },
      { name: 'classCounts', kind: 'path', help: 'training examples per class for --scores: a file, or 500,60,9' },
      {
        name: 'holdoutScores',
        kind: 'path',
        help: 'logits of held-out examples for --scores: they fit tau and temperature',
      },
      { name: 'holdoutLabels', kind: 'path', help: 'their labels' },
      {
        name: 'targetPrior',
        kind: 'path',
        help: 'class prior to adjust to: estimate, a file, or 0.7,0.3; default: uniform',
      },
      {
        name: 'classifier',
        kind: 'choice',
        help: 'a classifier computed from the run in place of its own; longtail train --init RUN keeps it',
        choices: ['tau-norm', 'nearest-class-mean'],
      },
      { name: 'normTau', ...optionDescriptions.normTau },
      dataDir,
      ...ownData('data', 'features', 'labels', 'testData', 'testFeatures', 'testLabels', 'root'),
      backend,
      precision,
      json,
    ],
    examples: [
      'longtail evaluate runs/my-run',
      'longtail evaluate runs/my-run --tau 1.5 --json',
      'longtail evaluate --scores logits.npy --labels labels.npy --class-counts 500,60,9',
    ],
    run: async () => (await import('./evaluate.js')).runEvaluate,
  },
  {
    name: 'select',
    summary:
      'choose a subset to label or to train on: uncertain, diverse, balanced over classes and decision boundaries',
    arguments: [{ name: 'run', help: 'run whose model has seen the pool; none with --embeddings', required: false }],
    options: [
      { name: 'budget', kind: 'number', help: 'items to select, or a share of the pool below 1' },
      { name: 'out', kind: 'path', help: 'folder to make, never overwritten; shards go to OUT.shards' },
      {
        name: 'method',
        kind: 'choice',
        help: 'utility minus similarity by greedy, or a baseline; default submodular',
        choices: [
          'submodular',
          'margin',
          'entropy',
          'least-confidence',
          'random',
          'k-center',
          'weighted-k-center',
          'gist',
        ],
      },
      {
        name: 'balance',
        kind: 'choice',
        help: 'what is capped: predicted classes, pairs of the two likeliest classes, both; default none',
        choices: ['none', 'class', 'boundary', 'both'],
      },
      {
        name: 'ordered',
        kind: 'flag',
        help: 'a boundary has two sides, so that class and boundary caps are one matroid',
      },
      { name: 'caps', kind: 'name', help: 'water-level (default), uniform, or a number of items a part' },
      { name: 'boundaryCaps', kind: 'name', help: 'caps of boundaries, where they differ from --caps' },
      {
        name: 'trueClasses',
        kind: 'flag',
        help: "balance over the labels of the run's data, or of --labels, not over predictions",
      },
      { name: 'neighbors', kind: 'number', help: 'neighbours of an item in the graph; default 10' },
      { name: 'alpha', kind: 'number', help: 'weight of utility; default 0.9' },
      { name: 'beta', kind: 'number', help: 'weight of similarity; default 0.1' },
      {
        name: 'lambda',
        kind: 'number',
        help: 'weight of the smallest distance, for gist; default beta times the budget',
      },
      {
        name: 'radiusWeight',
        kind: 'number',
        help: 'weight of the covering radius against margins, for weighted-k-center; default 0.5',
      },
      {
        name: 'distances',
        kind: 'choice',
        help: 'what k-center, weighted-k-center and gist take distances from; default graph for gist, else embeddings',
        choices: ['embeddings', 'graph'],
      },
      { name: 'approximate', kind: 'flag', help: 'find neighbours by an index that misses a few, for large pools' },
      { name: 'seed', kind: 'number', help: 'of random draws; default 1' },
      { name: 'shard', kind: 'share', help: 'first round on part i of n of the pool, from 0; then --merge' },
      { name: 'merge', kind: 'flag', help: 'last round: from what all shards of --out selected, with their options' },
      { name: 'embeddings', kind: 'path', help: '.npy [items, numbers], .parquet or .arrow, in place of a run' },
      {
        name: 'probabilities',
        kind: 'path',
        help: 'likewise [items, classes], of what a model predicts; default: the table of the embeddings',
      },
      { name: 'embeddingColumn', kind: 'name', help: 'column of a table; default embedding' },
      { name: 'probabilityColumn', kind: 'name', help: 'column of a table; default probabilities' },
      { name: 'checkpoint', kind: 'choice', help: 'default: best if there is one', choices: ['best', 'last'] },
      dataDir,
      ...ownData('data', 'features', 'labels', 'testData', 'testFeatures', 'testLabels', 'root'),
      backend,
      json,
    ],
    examples: [
      'longtail select runs/coarse --budget 0.1 --balance both --out selections/tenth',
      'longtail select runs/coarse --budget 1000 --method k-center --out selections/centers',
      'longtail select --embeddings e.npy --probabilities p.npy --budget 500 --out selections/mine',
      'longtail select --embeddings pool.parquet --budget 0.01 --approximate --shard 0/8 --out selections/large',
      'longtail select --merge --out selections/large',
      'longtail train cifar10-lt --subset selections/tenth --equal-steps',
    ],
    run: async () => (await import('./select.js')).runSelect,
  },
  {
    name: 'export',
    summary: 'write the model of a run for tf.loadLayersModel, in a browser or anywhere',
    arguments: [{ name: 'run', help: 'folder of the run', required: true }],
    options: [
      { name: 'out', kind: 'path', help: 'folder to make, never overwritten' },
      { name: 'checkpoint', kind: 'choice', help: 'default: best if there is one', choices: ['best', 'last'] },
      {
        name: 'posthoc',
        kind: 'optional-number',
        help: 'adjust the logits in the model; with a tau: in place of that of the run',
      },
      { name: 'softmax', kind: 'flag', help: 'end in probabilities instead of logits' },
      dataDir,
      ...ownData('data', 'features', 'labels', 'testData', 'testFeatures', 'testLabels', 'root'),
      backend,
      json,
    ],
    examples: [
      'longtail export runs/my-run --out web/model',
      'longtail export runs/my-run --out web/model --posthoc --softmax',
    ],
    run: async () => (await import('./export.js')).runExport,
  },
  {
    name: 'sweep',
    summary: 'train a grid of runs, methods x options x seeds, side by side; the same command goes on where it stopped',
    arguments: [{ name: 'config', help: 'path of the sweep (.json): base, grid and methods', required: true }],
    options: [
      {
        name: 'out',
        kind: 'path',
        help: 'folder of the sweep, made or gone on with; default: runs/ and the name of the config',
      },
      { name: 'jobs', kind: 'number', help: 'runs side by side; default: as many as cores and memory allow' },
      {
        name: 'shard',
        kind: 'share',
        help: 'part of the sweep: run k belongs to shard i of n, from 0, if k mod n is i',
      },
      json,
    ],
    examples: [
      'longtail sweep sweep.json --out runs/my-sweep',
      'longtail sweep sweep.json --out runs/my-sweep --jobs 4',
      'longtail sweep sweep.json --out shared/my-sweep --shard 0/8 --jobs 1',
    ],
    run: async () => (await import('./sweep.js')).runSweepCommand,
  },
  {
    name: 'report',
    summary: 'draw runs on one page: scores, differences, curves, recall, calibration, confusion',
    arguments: [
      {
        name: 'run',
        help: 'folder of a run, of a sweep, or one that holds such folders',
        required: true,
        variadic: true,
      },
    ],
    options: [
      {
        name: 'out',
        kind: 'path',
        help: 'file of the page, which may be an earlier report but nothing else; default report.html',
      },
      json,
    ],
    examples: [
      'longtail report runs/my-run',
      'longtail report runs/ce-s1 runs/ce-s2 runs/la-s1 runs/la-s2 --out la.html',
    ],
    run: async () => (await import('./report.js')).runReport,
  },
  {
    name: 'data',
    summary: 'list, fetch and describe data sets, and inspect your own',
    arguments: [
      { name: 'action', help: 'what to do', required: true, choices: ['list', 'download', 'profile', 'inspect'] },
      { name: 'name', help: 'data set, for download and profile; folder or file, for inspect', required: false },
    ],
    options: [
      { name: 'profile', kind: 'choice', help: optionDescriptions.profile.help, choices: choices.profile },
      { name: 'imbalance', kind: 'number', help: optionDescriptions.imbalance.help },
      { name: 'maxPerClass', kind: 'number', help: optionDescriptions.maxPerClass.help },
      dataDir,
      ...ownData('labels', 'testData', 'testLabels', 'root'),
      { name: 'labelColumn', ...optionDescriptions.labelColumn },
      json,
    ],
    examples: [
      'longtail data list',
      'longtail data download cifar10',
      'longtail data profile cifar10 --imbalance 50',
      'longtail data inspect ./flowers',
      'longtail data inspect features.npy --labels labels.npy',
    ],
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
  {
    name: 'completion',
    summary: 'print a script that lets a shell complete commands, options, names and paths',
    arguments: [{ name: 'shell', help: 'which shell', required: true, choices: ['bash', 'zsh', 'fish'] }],
    options: [],
    examples: [
      'eval "$(longtail completion bash)"   # in ~/.bashrc',
      'source <(longtail completion zsh)    # in ~/.zshrc, after compinit',
      'longtail completion fish > ~/.config/fish/completions/longtail.fish',
    ],
    run: async () => (await import('./completion/run.js')).runCompletion,
  },
];

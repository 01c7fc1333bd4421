// Which subset to train on: a coarse model is trained on a tenth of a long-tailed pool, seven methods select from the pool once a
// budget by what it says, and a fresh model is trained on each selection for equally many steps, over seeds.
// Stopped or killed, the same command goes on; what is finished is left as it is. A quick try on the bundled data:
//   node scripts/subsetSelection.mjs --data sample --epochs 1 --seeds 1 --budgets 0.2 --out runs/subsets-try
// Usage: node scripts/subsetSelection.mjs [--out runs/subsets] [--data cifar10,cifar100] [--data-dir FOLDER] [--model resnet8]
//   [--epochs 5] [--coarse-epochs 30] [--budgets 0.1,0.2,0.3,0.5] [--seeds 1,2,3] [--jobs 2] [--report FILE]
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { longtail, root, step } from './steps.mjs';
import { baseOf, seedsOf, sweepAndReport, sweepOptions } from './sweepAndReport.mjs';

const defaults = sweepOptions({ out: 'runs/subsets', data: 'cifar10,cifar100' });
const { values: options } = parseArgs({
  options: {
    ...defaults,
    epochs: { type: 'string', default: '5' },
    'coarse-epochs': { type: 'string', default: '30' },
    budgets: { type: 'string', default: '0.1,0.2,0.3,0.5' },
  },
});

// A random subset is drawn anew by every seed; the others are selected once a budget.
const methods = {
  Random: null,
  Margin: ['--method', 'margin'],
  'k-center': ['--method', 'k-center'],
  Submodular: [],
  'Submodular + class': ['--balance', 'class'],
  'Submodular + boundary': ['--balance', 'boundary'],
  'Submodular + both': ['--balance', 'both'],
};
const budgets = options.budgets.split(',').map(Number);
const folder = resolve(root, options.out);
const { epochs, ...base } = baseOf(options);
delete base.data; // each method names its own

sweepAndReport(options, {
  base: { ...base, loss: 'ce', equalSteps: true, epochs, evaluateEvery: epochs },
  grid: { seed: seedsOf(options) },
  methods: options.data.split(',').flatMap((data) => {
    const coarse = coarseRun(data);
    return budgets.flatMap((budget) =>
      Object.entries(methods).map(([method, flags]) => ({
        name: `${data} ${method} ${Math.round(100 * budget)} %`,
        data,
        subset: flags === null ? budget : selectionOf(coarse, { data, budget, method, flags }),
      })),
    );
  }),
});

function coarseRun(data) {
  const run = join(`${folder}-coarse`, data);
  if (existsSync(join(run, 'report.json'))) return run;
  const { dataDir, imbalance, model } = base;
  const common = [
    '--data',
    data,
    '--imbalance',
    imbalance,
    '--model',
    model,
    ...(dataDir ? ['--data-dir', dataDir] : []),
  ];
  const how = [
    '--loss',
    'ce',
    '--subset',
    '0.1',
    '--batch-size',
    '32',
    '--epochs',
    options['coarse-epochs'],
    '--holdout',
    '0',
  ];
  step(`coarse model of ${data}`, process.execPath, [
    ...longtail,
    'train',
    ...common,
    ...how,
    '--seed',
    '0',
    '--out',
    run,
    '--resume',
  ]);
  return run;
}

function selectionOf(coarse, { data, budget, method, flags }) {
  const name = `${method} ${budget}`.replaceAll(/[^\w.]+/g, '-');
  const out = join(`${folder}-selections`, data, name);
  if (!existsSync(out)) {
    const where = base.dataDir ? ['--data-dir', base.dataDir] : [];
    const args = [...longtail, 'select', coarse, '--budget', budget, ...flags, ...where, '--out', out];
    step(`${data}, ${method}, ${budget}`, process.execPath, args);
  }
  const { budget: asked, selected, seconds } = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
  console.log(`${data}, ${method}: ${selected} of ${asked} selected in ${seconds.selection.toFixed(1)} s`);
  return out;
}

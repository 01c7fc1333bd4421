// Decoupled classifiers beside plain cross-entropy and logit adjustment, over seeds: a sweep, its table and its report.
// Stopped or killed, the same command goes on; finished runs are left as they are. A quick try on the bundled data:
//   node scripts/decoupledBaselines.mjs --data sample --epochs 1 --seeds 1 --out runs/decoupled-try
// Usage: node scripts/decoupledBaselines.mjs [--out runs/decoupled] [--data cifar10] [--data-dir FOLDER] [--model resnet8]
//   [--epochs 20] [--head-epochs 10] [--holdout 0] [--seeds 1,2,3] [--jobs 2] [--report FILE]
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { longtail, root, step } from './steps.mjs';

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: 'runs/decoupled' },
    data: { type: 'string', default: 'cifar10' },
    'data-dir': { type: 'string' },
    model: { type: 'string', default: 'resnet8' },
    epochs: { type: 'string', default: '20' },
    'head-epochs': { type: 'string' },
    holdout: { type: 'string', default: '0' },
    seeds: { type: 'string', default: '1,2,3' },
    jobs: { type: 'string' },
    report: { type: 'string' },
  },
});
const epochs = Number(options.epochs);
const headEpochs = Number(options['head-epochs'] ?? Math.ceil(epochs / 2));

const start = { init: { method: 'Cross-entropy' } };
const head = { ...start, freeze: 'backbone', sampler: 'class-balanced', epochs: headEpochs };
const sweep = {
  base: {
    data: options.data,
    ...(options['data-dir'] === undefined ? {} : { dataDir: resolve(options['data-dir']) }),
    imbalance: 100,
    model: options.model,
    holdout: Number(options.holdout),
    epochs,
  },
  grid: { seed: options.seeds.split(',').map(Number) },
  methods: [
    { name: 'Cross-entropy', loss: 'ce' },
    { name: 'Logit adjustment', loss: 'logit-adjusted' },
    { name: 'Re-trained classifier', ...head, classifier: 'reset' },
    { name: 'Learnable weight scaling', ...head, classifier: 'scaled' },
    { name: 'Tau-normalisation', ...start, classifier: 'tau-norm' },
    { name: 'Nearest class mean', ...start, classifier: 'nearest-class-mean' },
  ],
};

const out = resolve(root, options.out);
mkdirSync(dirname(out), { recursive: true });
writeFileSync(`${out}.json`, `${JSON.stringify(sweep, null, 2)}\n`);
const jobs = options.jobs === undefined ? [] : ['--jobs', options.jobs];
step('runs', process.execPath, [...longtail, 'sweep', `${out}.json`, '--out', out, ...jobs]);
const page = resolve(root, options.report ?? `${out}.html`);
mkdirSync(dirname(page), { recursive: true });
step('report', process.execPath, [...longtail, 'report', out, '--out', page]);

// Decoupled classifiers beside plain cross-entropy and logit adjustment, over seeds: a sweep, its table and its report.
// Stopped or killed, the same command goes on; finished runs are left as they are. A quick try on the bundled data:
//   node scripts/decoupledBaselines.mjs --data sample --epochs 1 --seeds 1 --out runs/decoupled-try
// Usage: node scripts/decoupledBaselines.mjs [--out runs/decoupled] [--data cifar10] [--data-dir FOLDER] [--model resnet8]
//   [--epochs 20] [--head-epochs 10] [--holdout 0] [--seeds 1,2,3] [--jobs 2] [--report FILE]
import { parseArgs } from 'node:util';
import { baseOf, seedsOf, sweepAndReport, sweepOptions } from './sweepAndReport.mjs';

const { values: options } = parseArgs({
  options: { ...sweepOptions({ out: 'runs/decoupled', data: 'cifar10' }), 'head-epochs': { type: 'string' } },
});
const headEpochs = Number(options['head-epochs'] ?? Math.ceil(Number(options.epochs) / 2));

const start = { init: { method: 'Cross-entropy' } };
const head = { ...start, freeze: 'backbone', sampler: 'class-balanced', epochs: headEpochs };
sweepAndReport(options, {
  base: baseOf(options),
  grid: { seed: seedsOf(options) },
  methods: [
    { name: 'Cross-entropy', loss: 'ce' },
    { name: 'Logit adjustment', loss: 'logit-adjusted' },
    { name: 'Re-trained classifier', ...head, classifier: 'reset' },
    { name: 'Learnable weight scaling', ...head, classifier: 'scaled' },
    { name: 'Tau-normalisation', ...start, classifier: 'tau-norm' },
    { name: 'Nearest class mean', ...start, classifier: 'nearest-class-mean' },
  ],
});

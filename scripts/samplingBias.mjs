// Who pays for sampled negatives, head or tail: within-batch negatives under four weightings, uniform ones, and the loss of all
// classes, over seeds, on generated Zipf data or on Delicious: a sweep, its table and its report.
// Stopped or killed, the same command goes on. A quick try:
//   node scripts/samplingBias.mjs --data zipf --epochs 1 --seeds 1 --out runs/bias-try
// Usage: node scripts/samplingBias.mjs [--data zipf|delicious] [--out runs/bias] [--data-dir FOLDER] [--epochs N]
//   [--seeds 1,2,3,4,5] [--jobs 2] [--report FILE]
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './steps.mjs';
import { seedsOf, sweepAndReport, sweepOptions } from './sweepAndReport.mjs';

const { values: options } = parseArgs({
  options: {
    ...sweepOptions({ out: 'runs/bias', data: 'zipf' }),
    seeds: { type: 'string', default: '1,2,3,4,5' },
    epochs: { type: 'string' },
  },
});
const preset = JSON.parse(readFileSync(resolve(root, 'presets', `${options.data}.json`), 'utf8'));
// The methods say what they change of the preset: the loss, and how negatives are drawn and weighted.
for (const key of ['loss', 'negatives', 'weighting', 'rowOptimizer']) delete preset[key];
const epochs = Number(options.epochs ?? preset.epochs);
const sampled = (name, negatives, weighting) => ({
  name,
  loss: 'sampled-softmax',
  rowOptimizer: 'adam',
  negativeCount: preset.batchSize,
  negatives,
  weighting,
});
sweepAndReport(options, {
  base: {
    ...preset,
    epochs,
    evaluateEvery: epochs,
    ...(options['data-dir'] === undefined ? {} : { dataDir: resolve(options['data-dir']) }),
  },
  grid: { seed: seedsOf(options) },
  methods: [
    { name: 'All classes', loss: 'ce' },
    sampled('Uniform, constant', 'uniform', 'constant'),
    sampled('Within batch, importance', 'within-batch', 'importance'),
    sampled('Within batch, constant', 'within-batch', 'constant'),
    sampled('Within batch, relative', 'within-batch', 'relative'),
    sampled('Within batch, logit-adjusted', 'within-batch', 'logit-adjusted'),
  ],
});

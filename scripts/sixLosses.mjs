// Six losses on the same long-tailed data, over seeds: a sweep, its table and its report.
// Stopped or killed, the same command goes on; finished runs are left as they are. A quick try on the bundled data:
//   node scripts/sixLosses.mjs --data sample --epochs 1 --seeds 1 --out runs/losses-try
// Usage: node scripts/sixLosses.mjs [--out runs/losses] [--data cifar100] [--data-dir FOLDER] [--model resnet8]
//   [--epochs 20] [--holdout 0] [--seeds 1,2,3] [--jobs 2] [--report FILE]
import { parseArgs } from 'node:util';
import { baseOf, seedsOf, sweepAndReport, sweepOptions } from './sweepAndReport.mjs';

const { values: options } = parseArgs({ options: sweepOptions({ out: 'runs/losses', data: 'cifar100' }) });
const drwEpoch = Math.round(0.8 * Number(options.epochs)); // as in the paper of LDAM: 160 of 200
sweepAndReport(options, {
  base: baseOf(options),
  grid: { seed: seedsOf(options) },
  methods: [
    { name: 'Cross-entropy', loss: 'ce' },
    { name: 'Logit adjustment', loss: 'logit-adjusted' },
    { name: 'Class-balanced, deferred', loss: 'class-balanced', drwEpoch },
    { name: 'LDAM, deferred', loss: 'ldam', head: 'cosine', drwEpoch },
    { name: 'Equalized', loss: 'equalized' },
    { name: 'Vector scaling', loss: 'vector-scaling' },
  ],
});

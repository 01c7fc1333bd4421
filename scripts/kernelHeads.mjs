// Dense, cosine, Gaussian and learnt heads on the same long-tailed data, each with cross-entropy and logit adjustment, over
// seeds: a sweep, its table and its report. Stopped or killed, the same command goes on. A quick try on the bundled data:
//   node scripts/kernelHeads.mjs --data sample --epochs 1 --seeds 1 --out runs/heads-try
// Usage: node scripts/kernelHeads.mjs [--out runs/heads] [--data cifar10] [--data-dir FOLDER] [--model resnet8]
//   [--epochs 20] [--holdout 0] [--seeds 1,2,3] [--heads dense,cosine,rbf,learned] [--losses ce,logit-adjusted] [--jobs 2]
//   [--report FILE]
import { parseArgs } from 'node:util';
import { baseOf, seedsOf, sweepAndReport, sweepOptions } from './sweepAndReport.mjs';

const losses = { ce: 'cross-entropy', 'logit-adjusted': 'logit adjustment' };
const names = { dense: 'Dense', cosine: 'Cosine', rbf: 'Gaussian', learned: 'Learnt kernel' };
const { values: options } = parseArgs({
  options: {
    ...sweepOptions({ out: 'runs/heads', data: 'cifar10' }),
    heads: { type: 'string', default: Object.keys(names).join(',') },
    losses: { type: 'string', default: Object.keys(losses).join(',') },
  },
});
const base = baseOf(options);
sweepAndReport(options, {
  // The last epoch alone is scored: nothing is chosen on the way.
  base: { ...base, evaluateEvery: base.epochs },
  grid: { seed: seedsOf(options) },
  methods: options.heads
    .split(',')
    .flatMap((head) =>
      options.losses.split(',').map((loss) => ({ name: `${names[head]}, ${losses[loss]}`, head, loss })),
    ),
});

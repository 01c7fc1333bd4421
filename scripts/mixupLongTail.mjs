// Mixup on long-tailed data: cross-entropy and logit adjustment, each without and with it. Stopped or killed, the same command goes on.
// Usage: node scripts/mixupLongTail.mjs [--out runs/mixup-long-tail] [--data cifar10] [--data-dir FOLDER] [--model resnet8]
//   [--epochs 20] [--holdout 0] [--seeds 1,2,3] [--points 2] [--jobs 2] [--report FILE]
import { parseArgs } from 'node:util';
import { baseOf, seedsOf, sweepAndReport, sweepOptions } from './sweepAndReport.mjs';

const { values: options } = parseArgs({
  options: {
    ...sweepOptions({ out: 'runs/mixup-long-tail', data: 'cifar10' }),
    points: { type: 'string', default: '2' },
  },
});
const base = baseOf(options);
const mixtures = options.points.split(',').map((points) => ({
  name: `, mixup of ${points}`,
  options: { mixup: 'supervised', points: Number(points) },
}));
sweepAndReport(options, {
  base: { ...base, evaluateEvery: base.epochs },
  grid: { seed: seedsOf(options) },
  methods: [
    ['Cross-entropy', 'ce'],
    ['Logit adjustment', 'logit-adjusted'],
  ].flatMap(([name, loss]) => [
    { name, loss },
    ...mixtures.map((mixture) => ({ name: name + mixture.name, loss, ...mixture.options })),
  ]),
});

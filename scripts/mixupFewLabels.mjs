// Few labels on MNIST: no mixup, supervised mixup and mixup consistency with two, three and four points, at equal alpha and at equal
// strength: accuracy, convergence and linearity of every layer. Stopped or killed, the same command goes on. A quick try:
//   node scripts/mixupFewLabels.mjs --seeds 1 --epochs 2 --out runs/mixup-try
// Usage: node scripts/mixupFewLabels.mjs [--out runs/mixup-few-labels] [--data mnist] [--data-dir FOLDER] [--epochs 50]
//   [--labels-per-class 20] [--seeds 1,2,3,4,5] [--jobs 2] [--report FILE]
import { parseArgs } from 'node:util';
import { baseOf, seedsOf, sweepAndReport, sweepOptions } from './sweepAndReport.mjs';

const { values: options } = parseArgs({
  options: {
    ...sweepOptions({ out: 'runs/mixup-few-labels', data: 'mnist' }),
    model: { type: 'string', default: 'mlp' },
    epochs: { type: 'string', default: '50' },
    seeds: { type: 'string', default: '1,2,3,4,5' },
    'labels-per-class': { type: 'string', default: '20' },
  },
});
const teacher = { teacherDecay: 0.99, scored: 'student' };
const ways = [
  { name: 'Supervised', options: { mixup: 'supervised' } },
  { name: 'Consistency', options: { mixup: 'consistency', ...teacher } },
];
const points = [2, 3, 4].flatMap((count) => [
  { name: `${count} points`, options: { points: count, perExample: true } },
  // Two points at equal strength are two points.
  ...(count === 2
    ? []
    : [{ name: `${count} points, equal strength`, options: { points: count, perExample: true, equalStrength: true } }]),
]);
sweepAndReport(options, {
  base: {
    ...baseOf(options),
    imbalance: 1,
    maxPerClass: 500, // an epoch is 50 steps
    labelsPerClass: Number(options['labels-per-class']),
    loss: 'ce',
    hiddenUnits: [128, 128, 128],
    cropPadding: 0,
    batchSize: 100,
    optimizer: 'adamw',
    learningRate: 0.001,
    weightDecay: 0,
    schedule: 'constant',
    warmupEpochs: 0,
    evaluateEvery: 2, // every 100 steps
    linearity: true,
  },
  grid: { seed: seedsOf(options) },
  methods: [
    { name: 'No mixup' },
    ...ways.flatMap((way) => [
      ...points.map((count) => ({ name: `${way.name}, ${count.name}`, ...way.options, ...count.options })),
      { name: `${way.name}, zeta shares`, ...way.options, mixing: 'zeta', points: 8 },
    ]),
  ],
});

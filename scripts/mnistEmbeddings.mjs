// Embeddings of 2, 3 and 8 features on MNIST under a dense, a cosine, a Gaussian and a learnt head, over seeds: a sweep, its table
// and its report. Stopped or killed, the same command goes on.
// Usage: node scripts/mnistEmbeddings.mjs [--out runs/embeddings] [--data mnist] [--data-dir FOLDER] [--epochs 5]
//   [--seeds 1,2,3,4,5] [--sizes 2,3,8] [--jobs 2] [--report FILE]
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './steps.mjs';
import { seedsOf, sweepAndReport, sweepOptions } from './sweepAndReport.mjs';

const { values: options } = parseArgs({
  options: {
    ...sweepOptions({ out: 'runs/embeddings', data: 'mnist' }),
    seeds: { type: 'string', default: '1,2,3,4,5' },
    epochs: { type: 'string', default: '5' },
    sizes: { type: 'string', default: '2,3,8' },
  },
});
const epochs = Number(options.epochs);
const heads = {
  'dot product': { head: 'dense' },
  cosine: { head: 'cosine', learnTemperature: true },
  Gaussian: { head: 'rbf', learnTemperature: true },
  'learnt kernel': { head: 'learned', learnTemperature: true },
};
sweepAndReport(options, {
  base: {
    data: options.data,
    ...(options['data-dir'] === undefined ? {} : { dataDir: resolve(options['data-dir']) }),
    profile: 'none',
    cropPadding: 0,
    flip: false,
    loss: 'ce',
    optimizer: 'adamw',
    learningRate: 3e-3,
    weightDecay: 0,
    epochs,
    evaluateEvery: epochs,
  },
  grid: { seed: seedsOf(options) },
  methods: options.sizes.split(',').flatMap((size) =>
    Object.entries(heads).map(([name, head]) => ({
      name: `${size} features, ${name}`,
      model: resolve(root, 'examples/embeddings', `embedding${size}.mjs`),
      ...head,
    })),
  ),
});

// Whether replicas and bfloat16 change what is learnt: CIFAR-10-LT, logit-adjusted, the same seed and schedule, with one
// replica, with two, and with two in bfloat16, one after the other. Stopped or killed, it goes on where it was.
// Usage: node scripts/replicaRuns.mjs [--out runs/replicas] [--epochs 40] [--seed 1] [--data-dir FOLDER]
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { longtail, root } from './steps.mjs';

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: 'runs/replicas' },
    epochs: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    'data-dir': { type: 'string' },
  },
});
const variants = {
  'one replica, float32': [],
  'two replicas, float32': ['--replicas', '2'],
  'two replicas, bfloat16': ['--replicas', '2', '--precision', 'bfloat16'],
};
const schedule = ['--schedule', 'cosine', '--warmup-epochs', '5', '--milestones', '', '--nesterov'];
const common = ['cifar10-lt', '--loss', 'logit-adjusted', '--epochs', options.epochs, '--seed', options.seed];

for (const [name, flags] of Object.entries(variants)) {
  const folder = join(root, options.out, name.replaceAll(/[ ,]+/g, '-'));
  const report = join(folder, 'report.json');
  if (!existsSync(report)) {
    const data = options['data-dir'] ? ['--data-dir', options['data-dir']] : [];
    const watching = ['--evaluate-every', '10', '--out', folder, '--resume'];
    execFileSync(process.execPath, [...longtail, 'train', ...common, ...schedule, ...flags, ...data, ...watching], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  const { final, imagesPerSecond } = JSON.parse(readFileSync(report, 'utf8'));
  console.log(`${name}: ${(100 * final.raw.balancedAccuracy).toFixed(2)}, ${imagesPerSecond.toFixed(0)} images/s`);
}

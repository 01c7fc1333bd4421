// The pair of runs behind the CIFAR-10-LT figures: plain and logit-adjusted cross-entropy, same seed and schedule, side by
// side with one thread each (on two cores that is quicker than one after the other with two). Stopped or killed, it goes
// on where it was.
// Usage: node scripts/cifarPair.mjs [--out runs/cifar10-lt] [--epochs 40] [--seed 1] [--data-dir FOLDER] [--threads 1]
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { longtail, root } from './steps.mjs';

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: 'runs/cifar10-lt' },
    epochs: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
    'data-dir': { type: 'string' },
  },
});
const losses = ['ce', 'logit-adjusted'];
const folders = losses.map((loss) => join(root, `${options.out}-${loss}-s${options.seed}`));
await Promise.all(losses.map((loss, index) => run(loss, folders[index])));

for (const [index, loss] of losses.entries()) {
  const { final, imagesPerSecond, backend } = JSON.parse(readFileSync(join(folders[index], 'report.json'), 'utf8'));
  const percent = (scores) => (100 * scores.balancedAccuracy).toFixed(2);
  const groups = (scores) =>
    Object.entries(scores.groups).map(([name, group]) => `${name} ${group ? percent(group) : '-'}`);
  console.log(`${loss}: balanced accuracy ${percent(final.raw)} (${groups(final.raw).join(', ')})`);
  if (loss === 'ce') {
    console.log(`${loss}, post hoc: ${percent(final.posthoc)} (${groups(final.posthoc).join(', ')})`);
  }
  console.log(`  ${imagesPerSecond.toFixed(0)} images/s beside the other run, ${backend}`);
}

function run(loss, folder) {
  const flags = [
    'cifar10-lt',
    '--loss',
    loss,
    '--epochs',
    options.epochs,
    '--seed',
    options.seed,
    '--threads',
    options.threads,
  ];
  const schedule = ['--schedule', 'cosine', '--warmup-epochs', '5', '--milestones', '', '--nesterov'];
  const data = options['data-dir'] ? ['--data-dir', options['data-dir']] : [];
  const args = [...longtail, 'train', ...flags, ...schedule, ...data, '--out', folder, '--resume'];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${args.join(' ')} ended with ${code}`))));
  });
}

// Trains plain and logit-adjusted cross-entropy with paired seeds and prints the differences in balanced accuracy.
// Usage: node scripts/compareLosses.mjs [--seeds 1,2,3] [--jobs 2] [any option of `longtail train`]
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { longtail, root } from './steps.mjs';

const { seeds, jobs, rest } = parse(process.argv.slice(2));
const losses = ['ce', 'logit-adjusted'];
const began = performance.now();
const queue = seeds.flatMap((seed) => losses.map((loss) => ({ seed, loss })));
const results = new Map();
console.log(`   ${queue.length} runs, ${jobs} at a time, one thread each`);
const children = new Set();
try {
  await Promise.all(Array.from({ length: Math.min(jobs, queue.length) }, worker));
} finally {
  for (const child of children) child.kill(); // where one run failed the others are of no use
}
report();

async function worker() {
  for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
    const { seed, loss } = task;
    const result = await train(seed, loss);
    results.set(`${loss} ${seed}`, result);
    const { raw, posthoc } = result.final;
    const adjusted = loss === 'ce' ? `, post-hoc ${percent(posthoc.balancedAccuracy)}` : '';
    console.log(
      `   seed ${seed}  ${loss.padEnd(14)}  balanced accuracy ${percent(raw.balancedAccuracy)}${adjusted}` +
        `  (${result.backend}, ${result.imagesPerSecond.toFixed(0)} images/s)`,
    );
  }
}

/** Runs `longtail train --json` and returns what it prints. */
function train(seed, loss) {
  const flags = ['quickstart', ...rest, '--loss', loss, '--seed', String(seed), '--threads', '1', '--json'];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...longtail, 'train', ...flags], { cwd: root });
    children.add(child);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      children.delete(child);
      if (code === 0) resolve(JSON.parse(stdout));
      else reject(new Error(`longtail train ${flags.join(' ')} ended with ${code}:\n${stderr}`));
    });
  });
}

function report() {
  const value = (loss, seed) => results.get(`${loss} ${seed}`).final.raw.balancedAccuracy;
  const differences = seeds.map((seed) => 100 * (value('logit-adjusted', seed) - value('ce', seed)));
  const mean = differences.reduce((sum, d) => sum + d, 0) / differences.length;
  const variance = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (differences.length - 1);
  const standardError = Math.sqrt(variance / differences.length);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(`
   Logit adjustment minus plain cross-entropy, balanced accuracy on the test images, points:
   ${differences.map((d, i) => `seed ${seeds[i]}: ${signed(d)}`).join('   ')}
   mean ${signed(mean)}, standard error ${standardError.toFixed(2)}: ${(mean / standardError).toFixed(1)} standard errors from 0
   ${results.size} runs in ${seconds} s; each has its folder under runs/`);
  if (!(mean > 2 * standardError)) {
    console.log('   The difference is within two standard errors: nothing is shown by these seeds.');
    process.exitCode = 1;
  }
}

function parse(argv) {
  const take = (flag, standard) => {
    const at = argv.indexOf(flag);
    return at < 0 ? standard : argv.splice(at, 2)[1];
  };
  const seeds = take('--seeds', '1,2,3').split(',').map(Number);
  if (seeds.length < 2 || !seeds.every(Number.isInteger))
    throw new Error('--seeds takes at least two integers, as 1,2,3');
  return { seeds, jobs: Number(take('--jobs', availableParallelism())), rest: argv };
}

function percent(share) {
  return (100 * share).toFixed(2);
}

function signed(points) {
  return `${points >= 0 ? '+' : ''}${points.toFixed(2)}`;
}

// Sampled training with very many classes against TensorFlow Python, each with few and with many classes, alternating.
//
//   npm run build && node bench/sampled-training/run.mjs [--backend tensorflow] [--classes 10000,1000000]
//     [--sampler uniform|log-uniform] [--threads N] [--rounds 20] [--steps 20] [--only ours] [--json]
//
// A step draws 1,024 distinct negatives for 256 examples, scores them and the labels by 64 features that a dense layer makes,
// differentiates the sampled softmax loss, updates the layer by SGD and the rows and biases of the classes by Adagrad, and reads
// the loss. Contenders take turns of --steps steps, of which the first is not counted; ratios are taken within each round, so that
// what else the machine does hits all alike. Memory is the peak of each process. Both use TensorFlow's default number of threads
// or --threads.
import { existsSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pythonWith } from '../peers/python.mjs';
import { start } from '../train-step/lineProtocol.mjs';
import { summary } from '../train-step/statistics.mjs';
import { sizes } from './sizes.mjs';

const { values: options } = parseArgs({
  options: {
    backend: { type: 'string', default: 'tensorflow' },
    classes: { type: 'string', default: '10000,1000000' },
    sampler: { type: 'string', default: 'uniform' },
    threads: { type: 'string' },
    rounds: { type: 'string', default: '20' },
    steps: { type: 'string', default: '20' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const { backend, sampler } = options;
const [rounds, steps] = [Number(options.rounds), Number(options.steps)];
const threads = options.threads && {
  TF_NUM_INTRAOP_THREADS: options.threads,
  TF_NUM_INTEROP_THREADS: options.threads,
};
const counts = options.classes.split(',').map(Number);
const log = (text) => console.error(text);
const file = (name) => fileURLToPath(new URL(name, import.meta.url));

const makers = {
  ours: (classes) => start(process.execPath, [file('ours.mjs'), String(classes), sampler, backend], threads),
  'TensorFlow Python'(classes) {
    const env = pythonWith('tensorflow-2.21.0', ['tensorflow-cpu==2.21.0', 'keras==3.15.1'], log);
    const { batch, dimension, negatives, rate } = sizes;
    const args = [classes, sampler, batch, dimension, negatives, rate].map(String);
    return start('python3', [file('tensorflow_step.py'), ...args], { ...env, ...threads });
  },
};

/** The median time of a step of each contender in each round, in ms, and the peak memory of each. */
async function measure(running) {
  const rows = running.map((contender) => ({ ...contender, times: [], peakBytes: 0 }));
  for (let round = 0; round < rounds; round++) {
    for (const row of rows) {
      const { times, peakBytes } = await row.process.run(steps + 1);
      row.times.push(summary(times.slice(1)).median);
      row.peakBytes = peakBytes;
    }
    log(`round ${round + 1} of ${rounds}: ${rows.map(({ times }) => times.at(-1).toFixed(2)).join(', ')} ms`);
  }
  return rows;
}

/** Quartiles of the ratio of two contenders, round by round. */
function ratio(rows, [name, classes], [other, others]) {
  const find = (n, c) => rows.find((row) => row.name === n && row.classes === c)?.times;
  const [own, base] = [find(name, classes), find(other, others)];
  if (own === undefined || base === undefined) return null;
  return { of: [name, classes], over: [other, others], ...summary(own.map((ms, round) => ms / base[round])) };
}

function ratios(rows) {
  const names = [...new Set(rows.map(({ name }) => name))];
  const [few, many] = [Math.min(...counts), Math.max(...counts)];
  return [
    ...names.map((name) => ratio(rows, [name, many], [name, few])),
    ...counts.map((classes) => ratio(rows, ['ours', classes], ['TensorFlow Python', classes])),
  ].filter((found) => found !== null);
}

function table(rows) {
  const show = ({ median, low, high }) => `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
  const { batch, dimension, negatives } = sizes;
  console.log(
    `batch ${batch}, ${dimension} features, ${negatives} ${sampler} negatives, Adagrad; ${backend}, threads: ${options.threads ?? 'default'}`,
  );
  console.log('ms a step, median (quartiles)                                    peak memory');
  for (const { name, classes, process, times, peakBytes } of rows) {
    const memory = `${(peakBytes / 2 ** 20).toFixed(0)} MiB`.padStart(9);
    const who = `${name}, ${classes.toLocaleString('en')}`.padEnd(30);
    console.log(`  ${who} ${show(summary(times)).padEnd(24)} ${memory}   ${process.ready.version}`);
  }
  console.log('ratio of steps, median (quartiles)');
  for (const { of, over, ...values } of ratios(rows)) {
    const text = [of, over].map(([name, classes]) => `${name}, ${classes.toLocaleString('en')}`).join(' over ');
    console.log(`  ${text.padEnd(56)} ${show(values)}`);
  }
}

if (!existsSync(file('../../dist/index.js'))) throw new Error('dist/ is missing: run npm run build first');
const running = [];
try {
  for (const classes of counts) {
    for (const [name, make] of Object.entries(makers)) {
      if (options.only !== undefined && options.only !== name) continue;
      log(`starting ${name}, ${classes} classes`);
      const process = await make(classes);
      running.push({ name, classes, process });
      // The first steps compile kernels and functions.
      await process.run(50);
    }
  }
  const loadBefore = os.loadavg()[0];
  const rows = await measure(running);
  const machine = { cpu: os.cpus()[0].model, cores: os.cpus().length, loadBefore, loadAfter: os.loadavg()[0] };
  if (options.json) {
    const contenders = rows.map(({ process, times, ...row }) => ({
      ...row,
      version: process.ready.version,
      ms: summary(times),
    }));
    console.log(
      JSON.stringify({
        ...sizes,
        sampler,
        backend,
        threads: options.threads ?? null,
        rounds,
        steps,
        machine,
        contenders,
        ratios: ratios(rows),
      }),
    );
  } else {
    table(rows);
    console.log(`load ${loadBefore.toFixed(1)} to ${machine.loadAfter.toFixed(1)}, ${machine.cores} cores`);
  }
} finally {
  for (const { process } of running) process.stop();
}

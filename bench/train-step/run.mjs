// Full training step, contenders alternating in one run.
//
//   npm run build && node bench/train-step/run.mjs [--wasm] [--network resnet32|outsider] [--batch 128]
//     [--rounds 12] [--steps 4] [--json] [--only 'a;b']
//
// Contenders take turns; the ratio is taken within each round, so that what else the machine does hits all alike.
import { existsSync } from 'node:fs';
import os from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pythonWith } from '../peers/python.mjs';
import { start } from './lineProtocol.mjs';
import { summary } from './statistics.mjs';

const { values: options } = parseArgs({
  options: {
    wasm: { type: 'boolean', default: false },
    network: { type: 'string', default: 'resnet32' },
    batch: { type: 'string' },
    rounds: { type: 'string', default: '12' },
    steps: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const batch = Number(options.batch ?? (options.wasm ? 8 : 128));
const steps = Number(options.steps ?? (options.wasm ? 1 : 4));
const rounds = Number(options.rounds);
const pause = options.wasm ? 3000 : 500;
const log = (text) => console.error(text);
const file = (name) => fileURLToPath(new URL(name, import.meta.url));

const { network } = options;
const tfjs = (name) => start(process.execPath, [file('trainer.mjs'), name, String(batch), network]);
const ours = (backend, replicas, precision = 'float32') =>
  start(process.execPath, [file('ours.mjs'), network, String(batch), backend, String(replicas), precision]);
const keras = () => {
  const env = pythonWith('tensorflow-2.21.0', ['tensorflow-cpu==2.21.0', 'keras==3.15.1'], log);
  return start('python3', [file('../peers/keras_train_step.py'), String(batch)], env);
};
// The wheel brings CUDA's libraries: 4 GB, which nothing here uses.
const torch = (precision) => {
  const env = pythonWith('torch-2.15.0', ['torch==2.15.0', 'numpy==2.3.5'], log);
  return start('python3', [file('../peers/torch_train_step.py'), String(batch), precision], env);
};
const wasm = {
  ours: () => ours('wasm', 1),
  'ours, 2 replicas': () => ours('wasm', 2),
  stock: () => tfjs('wasm-stock'),
};
const native = {
  ours: () => ours('tensorflow', 1),
  'ours, 2 replicas': () => ours('tensorflow', 2),
  'ours, bfloat16': () => ours('tensorflow', 1, 'bfloat16'),
  'ours, 2 replicas, bfloat16': () => ours('tensorflow', 2, 'bfloat16'),
  stock: () => tfjs('stock'),
};
const peers = { keras, torch: () => torch('float32'), 'torch, bfloat16': () => torch('bfloat16') };
const contenders = options.wasm ? wasm : network === 'resnet32' ? { ...native, ...peers } : native;

/** Images per second of each contender in each round. */
async function measure(running) {
  const speeds = Object.fromEntries(Object.keys(running).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, { run }] of Object.entries(running)) {
      // The first step warms the caches; replicas have begun it while they waited.
      const { times } = await run(steps + 1);
      speeds[name].push((1000 * batch) / summary(times.slice(1)).median);
      // A replica begins the step after the last one by itself: let that end before others are timed.
      await setTimeout(pause);
    }
    log(
      `round ${round + 1} of ${rounds}: ${Object.entries(speeds)
        .map(([name, all]) => `${name} ${all.at(-1).toFixed(0)}`)
        .join(', ')}`,
    );
  }
  return speeds;
}

/** Each contender's speed, and its ratio to every other one. */
function report(running, speeds) {
  return Object.entries(speeds).map(([name, all]) => ({
    name,
    version: running[name].ready.version,
    parameters: running[name].ready.parameters,
    imagesPerSecond: summary(all),
    over: Object.fromEntries(
      Object.entries(speeds)
        .filter(([other]) => other !== name)
        .map(([other, others]) => [other, summary(all.map((speed, round) => speed / others[round]))]),
    ),
  }));
}

function table(rows) {
  const show = ({ median, low, high }, digits) =>
    `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
  console.log('images/s, median (quartiles)');
  for (const { name, version, imagesPerSecond } of rows) {
    console.log(`  ${name.padEnd(27)} ${show(imagesPerSecond, 1).padEnd(25)} ${version}`);
  }
  for (const { name, over } of rows.filter(({ name }) => name.startsWith('ours'))) {
    console.log(`${name} over`);
    for (const [other, ratio] of Object.entries(over)) console.log(`  ${other.padEnd(27)} ${show(ratio, 3)}`);
  }
}

if (!existsSync(file('../../dist/index.js'))) throw new Error('dist/ is missing: run npm run build first');
const running = {};
try {
  const wanted = options.only?.split(';') ?? Object.keys(contenders);
  for (const name of wanted) {
    log(`starting ${name}`);
    running[name] = await contenders[name]();
    // The first steps choose and compile the kernels.
    await running[name].run(3);
  }
  const loadBefore = os.loadavg()[0];
  const rows = report(running, await measure(running));
  const machine = { cpu: os.cpus()[0].model, cores: os.cpus().length, loadBefore, loadAfter: os.loadavg()[0] };
  if (options.json)
    console.log(JSON.stringify({ network, batch, rounds, steps, machine, node: process.version, contenders: rows }));
  else table(rows);
} finally {
  for (const { stop } of Object.values(running)) stop();
}

// Full training step of ResNet-32 (464,154 parameters), contenders alternating in one run.
//
//   npm run build && node bench/train-step/run.mjs [--wasm] [--batch 128] [--rounds 12] [--steps 4] [--json] [--only a,b]
//
// Contenders take turns; the ratio is taken within each round, so that what else the machine does hits both alike.
import { existsSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pythonWith } from '../peers/python.mjs';
import { start } from './lineProtocol.mjs';
import { summary } from './statistics.mjs';

const { values: options } = parseArgs({
  options: {
    wasm: { type: 'boolean', default: false },
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
const log = (text) => console.error(text);
const file = (name) => fileURLToPath(new URL(name, import.meta.url));

const tfjs = (name) => start(process.execPath, [file('trainer.mjs'), name, String(batch)]);
const keras = () => {
  const env = pythonWith('tensorflow-2.21.0', ['tensorflow-cpu==2.21.0', 'keras==3.15.1'], log);
  return start('python3', [file('../peers/keras_train_step.py'), String(batch)], env);
};
const contenders = options.wasm
  ? { ours: () => tfjs('wasm-ours'), stock: () => tfjs('wasm-stock') }
  : { ours: () => tfjs('ours'), stock: () => tfjs('stock'), keras };

/** Images per second of each contender in each round. */
async function measure(running) {
  const speeds = Object.fromEntries(Object.keys(running).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, { run }] of Object.entries(running)) {
      const { times } = await run(steps);
      speeds[name].push((1000 * batch) / summary(times).median);
    }
    log(
      `round ${round + 1} of ${rounds}: ${Object.entries(speeds)
        .map(([name, all]) => `${name} ${all.at(-1).toFixed(0)}`)
        .join(', ')}`,
    );
  }
  return speeds;
}

function report(running, speeds) {
  return Object.entries(speeds).map(([name, all]) => ({
    name,
    version: running[name].ready.version,
    parameters: running[name].ready.parameters,
    imagesPerSecond: summary(all),
    oursOverThis: summary(all.map((speed, round) => speeds.ours[round] / speed)),
  }));
}

function table(rows) {
  const show = ({ median, low, high }, digits) =>
    `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
  console.log('contender  images/s, median (quartiles)  ours / this, median (quartiles)');
  for (const { name, version, imagesPerSecond, oursOverThis } of rows) {
    console.log(
      `${name.padEnd(9)}  ${show(imagesPerSecond, 1).padEnd(28)}  ${show(oursOverThis, 3).padEnd(22)}  ${version}`,
    );
  }
}

if (!existsSync(file('../../dist/index.js'))) throw new Error('dist/ is missing: run npm run build first');
const running = {};
try {
  const wanted = options.only?.split(',') ?? Object.keys(contenders);
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
    console.log(JSON.stringify({ batch, rounds, steps, machine, node: process.version, contenders: rows }));
  else table(rows);
} finally {
  for (const { stop } of Object.values(running)) stop();
}

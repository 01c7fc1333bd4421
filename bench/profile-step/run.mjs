// Where the time of a training step on the native backend goes: TensorFlow's operations by name, and the rest.
//
//   npm run build && node bench/profile-step/run.mjs [--stock] [--precision bfloat16] [--threads 1]
//     [--batch 128] [--steps 5] [--json]
import * as tf from '@tensorflow/tfjs';
import { parseArgs } from 'node:util';
import { loadNative } from '../../dist/backend/node/load.js';
import { prepareBackend } from '../../dist/backend/node/index.js';
import { makeStep } from '../train-step/trainer.mjs';

const { values: options } = parseArgs({
  options: {
    stock: { type: 'boolean', default: false },
    precision: { type: 'string', default: 'float32' },
    threads: { type: 'string' },
    batch: { type: 'string', default: '128' },
    steps: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const steps = Number(options.steps);

/** Makes tfjs-node's binding note the time and the number of calls of each operation. */
function timeOperations() {
  const backend = tf.backend();
  const binding = backend.binding;
  const totals = new Map();
  const executeOp = (name, ...rest) => {
    const start = performance.now();
    const outputs = binding.executeOp(name, ...rest);
    const total = totals.get(name) ?? { name, ms: 0, calls: 0 };
    total.ms += performance.now() - start;
    total.calls += 1;
    totals.set(name, total);
    return outputs;
  };
  // The binding's own properties are read-only: the timed function is found before them.
  const timed = { executeOp };
  for (const name of Object.getOwnPropertyNames(binding)) {
    timed[name] ??= typeof binding[name] === 'function' ? binding[name].bind(binding) : binding[name];
  }
  backend.binding = timed;
  return totals;
}

const threads = options.threads === undefined ? {} : { threads: Number(options.threads) };
if (options.stock) await loadNative('bench', threads.threads);
else await prepareBackend('tensorflow', { ...threads, precision: options.precision });
const { step } = await makeStep('tensorflow', Number(options.batch));
for (let i = 0; i < 3; i++) step();
const totals = timeOperations();
const cpuBefore = process.cpuUsage();
const start = performance.now();
for (let i = 0; i < steps; i++) step();
const wallMs = (performance.now() - start) / steps;
const { user, system } = process.cpuUsage(cpuBefore);
const operations = [...totals.values()]
  .map(({ name, ms, calls }) => ({ name, ms: ms / steps, calls: calls / steps }))
  .sort((a, b) => b.ms - a.ms);
const inOperations = operations.reduce((sum, { ms }) => sum + ms, 0);
const cpuMs = (user + system) / 1000 / steps;
if (options.json) console.log(JSON.stringify({ wallMs, cpuMs, inOperations, operations }));
else {
  for (const { name, ms, calls } of operations) {
    console.log(`${name.padEnd(28)} ${ms.toFixed(2).padStart(8)} ms ${calls.toFixed(0).padStart(5)} calls`);
  }
  const calls = operations.reduce((sum, { calls: count }) => sum + count, 0);
  console.log(
    `${'all operations'.padEnd(28)} ${inOperations.toFixed(2).padStart(8)} ms ${calls.toFixed(0).padStart(5)} calls`,
  );
  console.log(`${'outside operations'.padEnd(28)} ${(wallMs - inOperations).toFixed(2).padStart(8)} ms`);
  console.log(`${'step'.padEnd(28)} ${wallMs.toFixed(2).padStart(8)} ms, ${cpuMs.toFixed(0)} ms of processor time`);
}

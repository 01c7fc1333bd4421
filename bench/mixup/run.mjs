// Mixup of a batch of images beside torchvision's and timm's, contenders alternating in one run.
//
//   npm run build && node bench/mixup/run.mjs [--batch 128] [--side 32,224] [--rounds 20] [--json]
//
// Contenders take turns; the ratio is taken within each round, so that what else the machine does hits all alike.
import { existsSync } from 'node:fs';
import os from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pythonWith } from '../peers/python.mjs';
import { start } from '../train-step/lineProtocol.mjs';
import { summary } from '../train-step/statistics.mjs';

const { values: options } = parseArgs({
  options: {
    batch: { type: 'string', default: '128' },
    side: { type: 'string', default: '32,224' },
    rounds: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});
const log = (text) => console.error(text);
const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const rounds = Number(options.rounds);

const ours = (points, granularity) => (side) =>
  start(process.execPath, [file('ours.mjs'), String(points), granularity, options.batch, String(side)]);
const torch = (name) => (side) => {
  const env = pythonWith('torch-2.15.0', ['torch==2.15.0', 'numpy==2.3.5'], log);
  return start('python3', [file('torch_mixup.py'), name, options.batch, String(side)], env);
};
const contenders = {
  ours: ours(2, 'batch'),
  'ours, shares of each example': ours(2, 'example'),
  'ours, 3 points': ours(3, 'batch'),
  torchvision: torch('torchvision'),
  timm: torch('timm'),
};

async function measure(side) {
  // About as long for small images as for large ones.
  const steps = side > 100 ? 6 : 200;
  const running = {};
  try {
    for (const [name, begin] of Object.entries(contenders)) {
      running[name] = await begin(side);
      await running[name].run(steps);
    }
    const times = Object.fromEntries(Object.keys(running).map((name) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, { run }] of Object.entries(running)) {
        times[name].push(summary((await run(steps)).times).median);
        // Threads of a contender spin for a while when its work is done.
        await setTimeout(50);
      }
    }
    return Object.entries(times).map(([name, all]) => ({
      name,
      version: running[name].ready.version,
      ms: summary(all),
      over: Object.fromEntries(
        ['torchvision', 'timm'].map((peer) => [peer, summary(all.map((ms, round) => ms / times[peer][round]))]),
      ),
    }));
  } finally {
    for (const { stop } of Object.values(running)) stop();
  }
}

function table(side, rows) {
  const show = ({ median, low, high }) => `${median.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  console.log(`[${options.batch}, ${side}, ${side}, 3]: ms, and ratios to the peers; median (quartiles)`);
  for (const { name, ms, over } of rows) {
    const cells = [show(ms), show(over.torchvision), show(over.timm)].map((cell) => cell.padEnd(26));
    console.log(`  ${name.padEnd(30)}${cells.join('')}`);
  }
}

if (!existsSync(file('../../dist/mixup/index.js'))) throw new Error('dist/ is missing: run npm run build first');
const loadBefore = os.loadavg()[0];
const results = [];
for (const side of options.side.split(',').map(Number)) {
  const rows = await measure(side);
  results.push({ batch: Number(options.batch), side, contenders: rows });
  if (!options.json) table(side, rows);
}
const machine = { cpu: os.cpus()[0].model, cores: os.cpus().length, loadBefore, loadAfter: os.loadavg()[0] };
if (options.json) console.log(JSON.stringify({ rounds, machine, node: process.version, sizes: results }));
else console.log(`load ${loadBefore.toFixed(1)} to ${machine.loadAfter.toFixed(1)}`);

// Facility location on one sparse graph beside apricot, alternating; the graph is made before and not timed.
//
//   npm run build && node bench/subset/facilityLocation.mjs [--items 50000] [--dimension 64] [--neighbors 10] [--budget 5000]
//     [--optimizer lazy] [--rounds 3] [--json]
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseBackend } from '../../dist/backend/node/index.js';
import { writeNpy } from '../../dist/data/node/index.js';
import { facilityLocation, greedy, nearestNeighborGraph, uniformMatroid } from '../../dist/subset/index.js';
import { pythonWith } from '../peers/python.mjs';
import { start } from '../train-step/lineProtocol.mjs';
import { summary } from '../train-step/statistics.mjs';
import { clusteredEmbeddings, optionsLike } from './pool.mjs';

const options = optionsLike({
  items: 50_000,
  dimension: 64,
  neighbors: 10,
  budget: 5000,
  optimizer: 'lazy',
  rounds: 3,
});
const { items: size, dimension, neighbors, budget, rounds } = options;

await chooseBackend('auto');
const graph = await nearestNeighborGraph(clusteredEmbeddings(size, dimension), { neighbors });
const folder = mkdtempSync(join(os.tmpdir(), 'longtail-bench-'));
await writeCsr();
const packages = ['apricot-select==0.6.1', 'numba==0.68.1', 'scipy==1.17.1', 'scikit-learn==1.9.1'];
const env = pythonWith('apricot-0.6.1', packages, (text) => console.error(text));
const script = fileURLToPath(new URL('apricot_facility.py', import.meta.url));
const apricot = await start('python3', [script, folder, String(budget), options.optimizer], env);

/** The graph as apricot takes it: rows with the similarity of an item to itself, 1, among the others in order. */
async function writeCsr() {
  const offsets = new Int32Array(size + 1);
  const columns = [];
  const weights = [];
  for (let item = 0; item < size; item++) {
    const row = [[item, 1]];
    for (let at = graph.offsets[item]; at < graph.offsets[item + 1]; at++)
      row.push([graph.neighbors[at], graph.weights[at]]);
    row.sort(([a], [b]) => a - b);
    for (const [column, weight] of row) {
      columns.push(column);
      weights.push(weight);
    }
    offsets[item + 1] = columns.length;
  }
  await writeNpy(join(folder, 'offsets.npy'), offsets);
  await writeNpy(join(folder, 'neighbors.npy'), Int32Array.from(columns));
  await writeNpy(join(folder, 'weights.npy'), Float64Array.from(weights));
}

function ours() {
  const began = performance.now();
  const { items } = greedy(facilityLocation({ graph }), uniformMatroid({ capacity: budget }), { budget });
  return { items, ms: performance.now() - began };
}

function valueOf(items) {
  const state = facilityLocation({ graph }).start();
  for (const item of items) state.add(item);
  return state.value;
}

try {
  ours();
  const times = { ours: [], apricot: [] };
  let picks;
  const loadBefore = os.loadavg()[0];
  for (let round = 0; round < rounds; round++) {
    const own = ours();
    const theirs = await apricot.run(1);
    times.ours.push(own.ms);
    times.apricot.push(theirs.times[0]);
    picks = { ours: own.items, apricot: theirs.items };
  }
  const value = { ours: valueOf(picks.ours), apricot: valueOf(picks.apricot) };
  if (!(value.ours >= value.apricot * (1 - 1e-6))) throw new Error(`a worse selection: ${JSON.stringify(value)}`);
  const ratio = summary(times.apricot.map((ms, round) => ms / times.ours[round]));
  const machine = { cpu: os.cpus()[0].model, cores: os.cpus().length, loadBefore, loadAfter: os.loadavg()[0] };
  if (options.json) console.log(JSON.stringify({ size, dimension, neighbors, budget, machine, times, value, ratio }));
  else {
    const show = ({ median, low, high }) => `${median.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`;
    console.log(`facility location, ${size} items, ${graph.neighbors.length / 2} edges, ${budget} selected`);
    console.log(
      `median (quartiles) of ${rounds} rounds, load ${loadBefore.toFixed(1)} to ${machine.loadAfter.toFixed(1)}`,
    );
    console.log(`  ours       ${show(summary(times.ours))} ms, value ${value.ours.toFixed(3)}`);
    console.log(`  ${apricot.ready.version}  ${show(summary(times.apricot))} ms, value ${value.apricot.toFixed(3)}`);
    console.log(`  theirs over ours  ${show(ratio)}`);
  }
} finally {
  apricot.stop();
  rmSync(folder, { recursive: true, force: true });
}

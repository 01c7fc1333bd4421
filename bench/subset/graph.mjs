// The exact neighbour graph beside NumPy's brute force, alternating, and the selection on it under two matroids.
//
//   npm run build && node bench/subset/graph.mjs [--items 50000] [--dimension 64] [--neighbors 10] [--budget 5000]
//     [--backend tensorflow] [--rounds 7] [--json]
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseBackend } from '../../dist/backend/node/index.js';
import { writeNpy } from '../../dist/data/node/index.js';
import {
  balancedConstraint,
  boundaryParts,
  classParts,
  greedy,
  marginUtility,
  nearestNeighborGraph,
  pairwiseObjective,
} from '../../dist/subset/index.js';
import { pythonWith } from '../peers/python.mjs';
import { start } from '../train-step/lineProtocol.mjs';
import { summary } from '../train-step/statistics.mjs';
import { clusteredEmbeddings, guesses, optionsLike } from './pool.mjs';

const options = optionsLike({
  items: 50_000,
  dimension: 64,
  neighbors: 10,
  budget: 5000,
  backend: 'tensorflow',
  rounds: 7,
});
const { items: size, dimension, neighbors, budget, rounds } = options;
const numClasses = 10;

await chooseBackend(options.backend);
const embeddings = clusteredEmbeddings(size, dimension);
const probabilities = guesses(size, numClasses);
const folder = mkdtempSync(join(os.tmpdir(), 'longtail-bench-'));
const path = join(folder, 'embeddings.npy');
await writeNpy(path, embeddings.values, [size, dimension]);
const env = pythonWith('numpy-2.3.5', ['numpy==2.3.5'], (text) => console.error(text));
const script = fileURLToPath(new URL('numpy_graph.py', import.meta.url));
const numpy = await start('python3', [script, path, String(neighbors)], env);

const clock = async (work) => {
  const began = performance.now();
  const result = await work();
  return { result, ms: performance.now() - began };
};
const findGraph = () => clock(() => nearestNeighborGraph(embeddings, { neighbors }));

/** Everything between probabilities and picks: parts, caps, utilities, objective and greedy. */
function select(graph) {
  return clock(() => {
    const classes = classParts(probabilities, { numClasses });
    const boundaries = boundaryParts(probabilities, { numClasses });
    const utility = marginUtility(probabilities, { numClasses });
    const constraint = balancedConstraint({ budget, classes, boundaries });
    return greedy(pairwiseObjective({ utility, graph }), constraint, { budget });
  });
}

/** Sum of the similarities of each item to its nearest, as NumPy's lists have them; the graph joins both directions. */
function weightOf({ offsets, weights }) {
  let sum = 0;
  for (let item = 0; item < size; item++) {
    const row = weights.slice(offsets[item], offsets[item + 1]).sort();
    for (const weight of row.subarray(Math.max(0, row.length - neighbors))) sum += weight;
  }
  return sum;
}

const times = { ours: [], numpy: [], selection: [] };
let picks;
try {
  const { result: graph } = await findGraph();
  await select(graph);
  const loadBefore = os.loadavg()[0];
  for (let round = 0; round < rounds; round++) {
    const { result, ms } = await findGraph();
    times.ours.push(ms);
    const selected = await select(result);
    times.selection.push(selected.ms);
    picks = selected.result.items.length;
    const theirs = await numpy.run(1);
    times.numpy.push(theirs.times[0]);
    const [own, other] = [weightOf(result), theirs.weight];
    if (Math.abs(own - other) > 1e-6 * other)
      throw new Error(`other neighbours: similarities sum to ${own} and ${other}`);
  }
  const rows = [
    ['exact graph', times.ours],
    [`${numpy.ready.version}, brute force`, times.numpy],
    ['selection, two matroids', times.selection],
  ];
  const over = (name) => summary(times[name].map((ms, round) => ms / times.ours[round]));
  const ratios = {
    'graph over NumPy': summary(times.ours.map((ms, round) => ms / times.numpy[round])),
    'selection over graph': over('selection'),
  };
  const machine = { cpu: os.cpus()[0].model, cores: os.cpus().length, loadBefore, loadAfter: os.loadavg()[0] };
  if (options.json) console.log(JSON.stringify({ size, dimension, neighbors, budget, picks, machine, times, ratios }));
  else {
    const show = ({ median, low, high }, digits) =>
      `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
    console.log(`${size} items of ${dimension} numbers, ${neighbors} neighbours, ${picks} of ${budget} selected`);
    console.log(
      `median (quartiles) of ${rounds} rounds, load ${loadBefore.toFixed(1)} to ${machine.loadAfter.toFixed(1)}`,
    );
    for (const [name, all] of rows) console.log(`  ${name.padEnd(28)} ${show(summary(all), 0)} ms`);
    for (const [name, ratio] of Object.entries(ratios)) console.log(`  ${name.padEnd(28)} ${show(ratio, 4)}`);
  }
} finally {
  numpy.stop();
  rmSync(folder, { recursive: true, force: true });
}

// A pool of a million: approximate neighbours and a selection under two matroids, with times and the largest memory.
//
//   npm run build && node bench/subset/million.mjs [--items 1000000] [--dimension 64] [--neighbors 10] [--budget 0.1]
import { selectSubset } from '../../dist/subset/index.js';
import { approximateNeighborGraph } from '../../dist/subset/node/index.js';
import { clusteredEmbeddings, guesses, optionsLike } from './pool.mjs';

const options = optionsLike({
  items: 1_000_000,
  dimension: 64,
  neighbors: 10,
  budget: 0.1,
});
const { items: size, dimension, neighbors, budget } = options;

const pool = { embeddings: clusteredEmbeddings(size, dimension), probabilities: guesses(size, 10) };
const lap = { graph: 0, rest: 0 };
let searched;
const began = performance.now();
const { items, budget: asked } = await selectSubset(pool, {
  budget,
  balance: 'both',
  neighbors,
  graph: async (...search) => {
    const start = performance.now();
    const graph = await approximateNeighborGraph(...search);
    lap.graph = performance.now() - start;
    searched = graph;
    return graph;
  },
});
lap.rest = performance.now() - began - lap.graph;
const memory = process.resourceUsage().maxRSS / 2 ** 20; // before the exact search below

/** Share of the exact nearest neighbours of some items that are their neighbours in the graph. */
function recallOf({ offsets, neighbors: found }, sampled = 200) {
  const { values } = pool.embeddings;
  const norms = Float64Array.from({ length: size }, (_, item) =>
    Math.hypot(...values.subarray(item * dimension, (item + 1) * dimension)),
  );
  let hits = 0;
  for (let n = 0; n < sampled; n++) {
    const item = Math.floor((n * size) / sampled);
    const similarities = new Float64Array(size);
    for (let other = 0; other < size; other++) {
      let product = 0;
      for (let d = 0; d < dimension; d++) product += values[item * dimension + d] * values[other * dimension + d];
      similarities[other] = other === item ? -1 : product / norms[other];
    }
    const least = Float64Array.from(similarities).sort()[size - neighbors];
    for (let at = offsets[item]; at < offsets[item + 1]; at++) if (similarities[found[at]] >= least) hits++;
  }
  return hits / (sampled * neighbors);
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
console.log(`${size} items of ${dimension} numbers, ${neighbors} neighbours, ${items.length} of ${asked} selected`);
console.log(`  approximate graph  ${seconds(lap.graph)}`);
console.log(`  selection          ${seconds(lap.rest)}`);
console.log(`  largest memory     ${memory.toFixed(2)} GiB`);
console.log(`  neighbours found   ${(100 * recallOf(searched)).toFixed(1)} % of the exact ones, of 200 items`);

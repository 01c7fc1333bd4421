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
const began = performance.now();
const { items, budget: asked } = await selectSubset(pool, {
  budget,
  balance: 'both',
  neighbors,
  graph: async (...search) => {
    const start = performance.now();
    const graph = await approximateNeighborGraph(...search);
    lap.graph = performance.now() - start;
    return graph;
  },
});
lap.rest = performance.now() - began - lap.graph;
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
console.log(`${size} items of ${dimension} numbers, ${neighbors} neighbours, ${items.length} of ${asked} selected`);
console.log(`  approximate graph  ${seconds(lap.graph)}`);
console.log(`  selection          ${seconds(lap.rest)}`);
console.log(`  largest memory     ${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB`);

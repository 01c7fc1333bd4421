import { graphFromEdges } from '../../src/subset/index.js';

/** Six items of three classes, small enough to select by hand. */
export const probabilities = [
  [0.5, 0.45, 0.05],
  [0.48, 0.47, 0.05],
  [0.55, 0.05, 0.4],
  [0.3, 0.6, 0.1],
  [0.05, 0.52, 0.43],
  [0.1, 0.2, 0.7],
].flat();

/** Similarities of neighbours among them. */
export const graph = graphFromEdges(6, [
  [0, 1, 0.9],
  [0, 2, 0.5],
  [1, 2, 0.4],
  [1, 3, 0.3],
  [3, 4, 0.6],
  [4, 5, 0.2],
]);

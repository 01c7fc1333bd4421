/** Test files that need no files and no parts of Node: they run on every backend, in Node and in a browser. */
export const numericSuites = [
  'test/core/classPrior.test.ts',
  'test/losses/**/*.test.ts',
  'test/heads/**/*.test.ts',
  'test/mixup/**/*.test.ts',
  'test/metrics/**/*.test.ts',
  'test/models/*.test.ts',
  'test/optimizers/**/*.test.ts',
  'test/subset/nearestNeighborGraph.test.ts',
  'test/train/*.test.ts',
];

/** Those of them that train for hundreds of steps or a whole ResNet: minutes each where shaders run on the processor. */
export const longSuites = [
  'test/losses/{consistency,sampledFacts}.test.ts', // minimisers, by gradient descent
  'test/models/*.test.ts',
  'test/train/*.test.ts',
];

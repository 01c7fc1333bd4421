// Pools to select from: points around cluster centres, as embeddings are, with a model's guesses for them.
import { parseArgs } from 'node:util';
import { randomStream } from '../../dist/index.js';

/** Options of the command line by name, like their defaults numbers or names; and whether `--json` was given. */
export function optionsLike(defaults) {
  const given = Object.entries(defaults).map(([name, value]) => [name, { type: 'string', default: String(value) }]);
  const { values } = parseArgs({
    options: { json: { type: 'boolean', default: false }, ...Object.fromEntries(given) },
  });
  const numbers = Object.entries(defaults).filter(([, value]) => typeof value === 'number');
  return { ...values, ...Object.fromEntries(numbers.map(([name]) => [name, Number(values[name])])) };
}

/** Embeddings `[size, dimension]` around `size / 50` centres. */
export function clusteredEmbeddings(size, dimension) {
  const random = randomStream(1);
  const clusters = Math.max(2, Math.floor(size / 50));
  const centres = Float32Array.from({ length: clusters * dimension }, () => random.normal());
  const values = new Float32Array(size * dimension);
  for (let item = 0; item < size; item++) {
    const from = Math.floor(clusters * random.uniform()) * dimension;
    for (let d = 0; d < dimension; d++) values[item * dimension + d] = centres[from + d] + 0.7 * random.normal();
  }
  return { values, dimension };
}

/** Distributions `[size, numClasses]`, most of them over few classes. */
export function guesses(size, numClasses) {
  const random = randomStream(2);
  const probabilities = new Float32Array(size * numClasses);
  for (let item = 0; item < size; item++) {
    const row = probabilities.subarray(item * numClasses, (item + 1) * numClasses);
    let total = 0;
    for (let y = 0; y < numClasses; y++) total += row[y] = Math.exp(2 * random.normal());
    for (let y = 0; y < numClasses; y++) row[y] /= total;
  }
  return probabilities;
}

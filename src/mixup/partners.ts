import { checkLabels, checkOneOf, InvalidArgumentError, type RandomStream } from '../core/index.js';
import { classBlocks, type ClassBlocks } from './classBlocks.js';

/** How the partners of the examples are chosen. */
export interface PartnerOptions {
  /**
   * `'permutation'` (default) draws a random permutation for every further point, which may leave an example where it is;
   * `'shift'` takes the next examples of the batch, 1 to K - 1 places on, and draws nothing.
   */
  readonly partners?: 'permutation' | 'shift';
  /**
   * `'any'` example (default), one of the same `'class'`, or one `'across'` classes, of another class than the example's. In
   * a class of one example it is its own partner. Across classes every example is a partner once for each further
   * point, unless one class has more than half of the batch: then the others are partners several times.
   */
  readonly within?: 'any' | 'class' | 'across';
  /** Class ids of the batch, `[B]`, integers of at least 0; needed unless `within` is `'any'`. */
  readonly labels?: ArrayLike<number>;
}

/** `pi_1..pi_K`, `[K, B]` row by row, the first the identity. */
export function choosePartners(
  where: string,
  random: RandomStream,
  points: number,
  batchSize: number,
  options: PartnerOptions,
): Int32Array {
  const { partners: way = 'permutation', within = 'any', labels } = options;
  checkOneOf(where, 'partners', way, ['permutation', 'shift']);
  checkOneOf(where, 'within', within, ['any', 'class', 'across']);
  const source = way === 'permutation' ? random : undefined;
  const fill = within === 'any' ? anyone : blockwise(where, labels, batchSize, within, source);
  const maps = new Int32Array(points * batchSize);
  for (let k = 0; k < points; k++) {
    const map = maps.subarray(k * batchSize, (k + 1) * batchSize);
    if (k === 0) map.forEach((_, b) => (map[b] = b));
    else fill(map, k, source);
  }
  return maps;
}

/** Writes the map of point k, at random or by shifts. */
type Fill = (map: Int32Array, k: number, random: RandomStream | undefined) => void;

const anyone: Fill = (map, k, random) => {
  if (random) map.set(random.permutation(map.length));
  else map.forEach((_, b) => (map[b] = (b + k) % map.length));
};

function blockwise(
  where: string,
  labels: ArrayLike<number> | undefined,
  batchSize: number,
  within: 'class' | 'across',
  random: RandomStream | undefined,
): Fill {
  if (labels === undefined) {
    throw new InvalidArgumentError(where, `labels with within: '${within}'`, 'none', 'Give the class ids of the batch');
  }
  if (labels.length !== batchSize) {
    throw new InvalidArgumentError(where, `labels of length ${batchSize}`, labels.length);
  }
  checkLabels(where, labels, 2 ** 31);
  const blocks = classBlocks(labels, random);
  if (within === 'class') return (map, k, source) => withinClass(map, blocks, k, source);
  if (blocks.sizes.length > 1) return (map, k, source) => acrossClasses(map, blocks, k, source);
  throw new InvalidArgumentError(where, "labels of at least 2 classes with within: 'across'", 'one class');
}

function withinClass(map: Int32Array, { order, starts, sizes }: ClassBlocks, k: number, random?: RandomStream): void {
  sizes.forEach((size, c) => {
    const start = starts[c]!;
    const members = order.subarray(start, start + size);
    const chosen = random?.permutation(size);
    members.forEach((b, i) => (map[b] = members[chosen ? chosen[i]! : (i + k) % size]!));
  });
}

/**
 * Turns the circle of examples, class after class, by at least the size of the largest class and at most as much less than
 * once round: nobody lands in their own class. Where the largest class has more than half of the circle, each class turns
 * in the circle of the others.
 */
function acrossClasses(map: Int32Array, { order, starts, sizes }: ClassBlocks, k: number, random?: RandomStream): void {
  const batch = order.length;
  const largest = Math.max(...sizes);
  const draw = (bound: number): number => random?.integer(bound) ?? (k - 1) % bound;
  const turn = 2 * largest <= batch ? largest + draw(batch - 2 * largest + 1) : undefined;
  sizes.forEach((size, c) => {
    const [start, others] = [starts[c]!, batch - size];
    const own = turn ?? draw(others);
    for (let i = 0; i < size; i++) {
      const away = turn === undefined ? size + ((i + own) % others) : i + own;
      map[order[start + i]!] = order[(start + away) % batch]!;
    }
  });
}

import { checkLabels, InvalidArgumentError, type RandomStream } from '../core/index.js';
import { classBlocks } from './classBlocks.js';
import { drawDirichlet } from './dirichlet.js';

/** What is mixed for a probe. */
export interface MixtureOptions {
  /** Number of mixtures M. */
  readonly mixtures: number;
  /** Points of each, K. */
  readonly points: number;
  /** Parameter of the symmetric Dirichlet distribution of the shares. */
  readonly alpha: number;
  /** Which examples may meet. */
  readonly within: 'any' | 'class' | 'across';
  /** Class ids of the examples, `[N]`; needed unless `within` is `'any'`. */
  readonly labels?: ArrayLike<number> | undefined;
}

/** Mixtures of K different examples each, drawn independently. */
export interface Mixtures {
  /** Examples, `[M, K]` row by row. */
  readonly examples: Int32Array;
  /** Their shares, `[M, K]` row by row. */
  readonly shares: Float32Array;
}

/** Draws M mixtures of `size` examples. */
export function drawMixtures(where: string, size: number, options: MixtureOptions, random: RandomStream): Mixtures {
  const { mixtures, points, alpha } = options;
  const draw = drawerOf(where, size, options, random);
  const [examples, shares] = [new Int32Array(mixtures * points), new Float32Array(mixtures * points)];
  for (let at = 0; at < examples.length; at += points) {
    examples.set(draw(), at);
    shares.set(drawDirichlet(random, points, alpha), at);
  }
  return { examples, shares };
}

/** Gives the K different examples of a mixture. */
type Draw = () => ArrayLike<number>;

function drawerOf(where: string, size: number, options: MixtureOptions, random: RandomStream): Draw {
  const { points, within } = options;
  if (points > size) {
    throw new InvalidArgumentError(where, `points of at most ${size}, the number of examples in x`, points);
  }
  if (within === 'any') {
    const all = Int32Array.from({ length: size }, (_, i) => i);
    return () => distinct(all, points, random);
  }
  const classes = classesOf(where, size, options);
  if (within === 'across') {
    if (classes.length >= points) return () => across(classes, points, random);
    const expected = `labels of at least ${points} classes with within: 'across'`;
    throw new InvalidArgumentError(where, expected, classes.length, 'Every point of a mixture is of another class');
  }
  const large = classes.filter((members) => members.length >= points);
  if (large.length > 0) return () => distinct(large[chooseClass(large, random)]!, points, random);
  const expected = `a class of at least ${points} examples with within: 'class'`;
  const largest = Math.max(...classes.map((members) => members.length));
  throw new InvalidArgumentError(where, expected, `classes of at most ${largest}`);
}

/** The examples of each class that is there. */
function classesOf(where: string, size: number, { labels, within }: MixtureOptions): Int32Array[] {
  if (labels === undefined) {
    throw new InvalidArgumentError(where, `labels with within: '${within}'`, 'none', 'Give the class ids of x');
  }
  if (labels.length !== size) throw new InvalidArgumentError(where, `labels of length ${size}`, labels.length);
  checkLabels(where, labels, 2 ** 31);
  const { order, starts, sizes } = classBlocks(labels);
  return starts.map((start, c) => order.subarray(start, start + sizes[c]!));
}

function distinct(pool: Int32Array, count: number, random: RandomStream): number[] {
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(pool[random.integer(pool.length)]!);
  return [...chosen];
}

/** One example each of different classes, every example of the classes left as likely as the other. */
function across(classes: readonly Int32Array[], count: number, random: RandomStream): number[] {
  const left = [...classes];
  return Array.from({ length: count }, () => {
    const [members] = left.splice(chooseClass(left, random), 1);
    return members![random.integer(members!.length)]!;
  });
}

/** A class, as likely as it is large. */
function chooseClass(classes: readonly Int32Array[], random: RandomStream): number {
  let place = random.integer(classes.reduce((sum, { length }) => sum + length, 0));
  return classes.findIndex(({ length }) => (place -= length) < 0);
}

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { JumpableRandomGenerator } from 'pure-rand/types/JumpableRandomGenerator';
import { checkNumber } from './checks.js';
import { InvalidArgumentError } from './errors.js';

/** What {@link RandomStream.state} returns: plain JSON that {@link restoreRandomStream} takes back. */
export interface RandomState {
  /** Seed that named child streams derive from. */
  readonly seed: number;
  /** Words of the generator. */
  readonly words: readonly number[];
}

/** A seeded source of random numbers; consumers that must not disturb each other take a named child each. */
export interface RandomStream {
  /** A number uniform in `[0, 1)`, with 53 random bits. */
  uniform(): number;
  /** An integer uniform in `0..bound-1`. */
  integer(bound: number): number;
  /** A standard normal number. */
  normal(): number;
  /** The integers `0..size-1` in random order. */
  permutation(size: number): Int32Array;
  /** An independent stream; the same parent seed and name give the same stream, whatever the parent drew before. */
  child(name: string): RandomStream;
  /** A non-zero seed for tfjs functions that take one; it does not advance the stream. */
  seedFor(name: string): number;
  /** Where the stream stands, as plain JSON. */
  state(): RandomState;
}

/**
 * A random stream for a seed; every draw of this package comes from one.
 *
 * @param seed Any safe integer, 0 included.
 * @returns A stream whose draws depend on the seed alone.
 * @throws InvalidArgumentError If the seed is not a safe integer.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * const order = randomStream(1).child('batches').permutation(5);
 * console.log(order.length); // 5
 * ```
 */
export function randomStream(seed: number): RandomStream {
  const root = checkNumber('randomStream', 'seed', seed, {
    min: Number.MIN_SAFE_INTEGER,
    max: Number.MAX_SAFE_INTEGER,
    integer: true,
  });
  const folded = foldSeed(root | 0, Math.floor(root / 2 ** 32));
  return streamOf(folded, xoroshiro128plus(folded));
}

/**
 * The stream that {@link RandomStream.state} described, continuing where it stood.
 *
 * @param state What `state()` returned, possibly through JSON.
 * @returns A stream that draws the same numbers as the original from there on.
 * @throws InvalidArgumentError If `state` is not a state of a stream.
 * @example
 * ```ts
 * import { randomStream, restoreRandomStream } from 'tfjs-longtail';
 * const stream = randomStream(7);
 * const copy = restoreRandomStream(stream.state());
 * console.log(copy.uniform() === stream.uniform()); // true
 * ```
 */
export function restoreRandomStream(state: RandomState): RandomStream {
  const isWord = (word: unknown): boolean => Number.isInteger(word);
  if (!isWord(state?.seed) || !Array.isArray(state.words) || state.words.length !== 4 || !state.words.every(isWord)) {
    throw new InvalidArgumentError(
      'restoreRandomStream',
      'a state with an integer seed and 4 integer words',
      JSON.stringify(state),
    );
  }
  return streamOf(state.seed, xoroshiro128plusFromState(state.words));
}

function streamOf(seed: number, generator: JumpableRandomGenerator): RandomStream {
  return {
    uniform: () => uniformFloat64(generator),
    integer: (bound) => uniformInt(generator, 0, checkNumber('integer', 'bound', bound, { min: 1, integer: true }) - 1),
    // Box-Muller; 1 - u keeps the logarithm away from 0. One of the pair is thrown away so that no state hides here.
    normal: () =>
      Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator))) * Math.cos(2 * Math.PI * uniformFloat64(generator)),
    permutation: (size) => permutation(generator, size),
    child: (name) => {
      const childSeed = deriveSeed(seed, name);
      return streamOf(childSeed, xoroshiro128plus(childSeed));
    },
    seedFor: (name) => deriveSeed(seed, name),
    state: () => ({ seed, words: [...generator.getState()] }),
  };
}

/** Fisher-Yates. */
function permutation(generator: JumpableRandomGenerator, size: number): Int32Array {
  const order = Int32Array.from({ length: size }, (_, index) => index);
  for (let last = size - 1; last > 0; last--) {
    const chosen = uniformInt(generator, 0, last);
    [order[last], order[chosen]] = [order[chosen]!, order[last]!];
  }
  return order;
}

/** 31 bits of both halves of a seed; the lower is spread first, so that the upper cannot cancel against its bits. */
function foldSeed(lower: number, upper: number): number {
  const spread = deriveSeed(lower, '0');
  return upper === 0 ? spread : deriveSeed(spread, String(upper));
}

/** A non-zero 31-bit seed for the stream `name`: FNV-1a over the root's bits and the name. tfjs reads 0 as "no seed". */
function deriveSeed(root: number, name: string): number {
  let hash = 2166136261 ^ root;
  for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0)!, 16777619);
  hash ^= hash >>> 15; // neighbouring roots differ in low bits only; spread them before the last fold
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 1 || 1;
}

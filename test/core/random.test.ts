/**
 * Statistics with a fixed seed. Every bound is 5 standard errors of a normal statistic, or its chi-square counterpart:
 * a correct generator would miss one of them for less than 1 seed in 100,000.
 */
import { describe, expect, it } from 'vitest';
import { randomStream, restoreRandomStream } from '../../src/index.js';
import type { RandomState, RandomStream } from '../../src/index.js';
import { refusal } from '../support/errors.js';

const draws = (stream: RandomStream, count = 20): number[] => Array.from({ length: count }, () => stream.uniform());

/** Pearson's statistic for equal expected counts. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** Mean, variance and correlation of paired samples, each over its standard error under independence. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const covariance = mean(a.map((value, i) => (value - ma) * (b[i]! - mb)));
  const variances = mean(a.map((value) => (value - ma) ** 2)) * mean(b.map((value) => (value - mb) ** 2));
  return (covariance / Math.sqrt(variances)) * Math.sqrt(a.length);
}

describe('a random stream', () => {
  const seeds = [0, 1, -1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, -(2 ** 32), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

  it('depends on its seed alone', () => {
    for (const seed of seeds) expect(draws(randomStream(seed))).toEqual(draws(randomStream(seed)));
  });

  it('differs between seeds, 0 and those beyond 32 bits included', () => {
    const firsts = seeds.map((seed) => draws(randomStream(seed), 2).join());
    expect(new Set(firsts).size).toBe(seeds.length);
    const neighbours = Array.from({ length: 2000 }, (_, seed) => draws(randomStream(seed), 2).join());
    expect(new Set(neighbours).size).toBe(2000);
  });

  it('continues from its state, through JSON, whatever was drawn', () => {
    const stream = randomStream(42);
    for (let step = 0; step < 10; step++) {
      const copy = restoreRandomStream(JSON.parse(JSON.stringify(stream.state())) as RandomState);
      const mixed = (s: RandomStream): unknown => [s.uniform(), s.normal(), s.integer(7), ...s.permutation(5)];
      expect(mixed(copy)).toEqual(mixed(stream));
      expect(draws(copy.child('a'))).toEqual(draws(stream.child('a')));
      expect(copy.seedFor('b')).toBe(stream.seedFor('b'));
    }
  });

  it('its state is a snapshot', () => {
    const stream = randomStream(3);
    const state = stream.state();
    const next = draws(stream);
    expect(draws(restoreRandomStream(state))).toEqual(next);
  });

  it('children depend on seed and name, not on what the parent drew, and do not disturb it', () => {
    const [a, b] = [randomStream(9), randomStream(9)];
    draws(b, 100);
    expect(draws(a.child('order'))).toEqual(draws(b.child('order')));
    expect(draws(a.child('order'))).not.toEqual(draws(a.child('augment')));
    expect(draws(a.child('order'))).not.toEqual(draws(randomStream(10).child('order')));
    expect(draws(a.child('x').child('y'))).not.toEqual(draws(a.child('y').child('x')));
    const untouched = randomStream(9);
    expect(draws(a)).toEqual(draws(untouched));
  });

  it('parent, children and neighbouring seeds are uncorrelated', () => {
    const parent = randomStream(1);
    const streams = [parent, parent.child('a'), parent.child('b'), parent.child('a').child('a'), randomStream(2)];
    const samples = streams.map((stream) => draws(stream, 5000));
    samples.forEach((a, i) => {
      for (const b of samples.slice(i + 1)) expect(Math.abs(correlation(a, b))).toBeLessThan(5);
      expect(Math.abs(correlation(a.slice(1), a.slice(0, -1))), 'successive draws').toBeLessThan(5);
    });
  });

  it('uniform is uniform in [0, 1)', () => {
    const values = draws(randomStream(4), 50_000);
    const bins = new Array<number>(50).fill(0);
    for (const value of values) bins[Math.floor(value * 50)]! += 1;
    expect(bins).toHaveLength(50);
    // 49 degrees of freedom: above 111 for 1 seed in 1,000,000.
    expect(chiSquare(bins)).toBeLessThan(111);
  });

  it('the first draws of many seeds are uniform too', () => {
    const bins = new Array<number>(20).fill(0);
    for (let seed = 0; seed < 20_000; seed++) bins[Math.floor(randomStream(seed).uniform() * 20)]! += 1;
    // 19 degrees of freedom: above 63 for 1 set of seeds in 1,000,000.
    expect(chiSquare(bins)).toBeLessThan(63);
  });

  it('integer is uniform in 0..bound-1', () => {
    const stream = randomStream(5);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 14_000; i++) counts[stream.integer(7)]! += 1;
    expect(counts).toHaveLength(7);
    // 6 degrees of freedom: above 39 for 1 seed in 1,000,000.
    expect(chiSquare(counts)).toBeLessThan(39);
    expect(stream.integer(1)).toBe(0);
  });

  it('normal has mean 0, variance 1, no skew and the tails of a Gaussian', () => {
    const n = 50_000;
    const stream = randomStream(6);
    const values = Array.from({ length: n }, () => stream.normal());
    const moment = (power: number): number => values.reduce((sum, value) => sum + value ** power, 0) / n;
    const bound = (variance: number): number => 5 * Math.sqrt(variance / n);
    expect(Math.abs(moment(1))).toBeLessThan(bound(1));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(bound(2));
    expect(Math.abs(moment(3))).toBeLessThan(bound(15));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(bound(96));
    const beyond2 = values.filter((value) => Math.abs(value) > 2).length / n;
    expect(Math.abs(beyond2 - 0.0455)).toBeLessThan(bound(0.0455));
  });

  it('permutation holds every index once, and every order equally often', () => {
    const stream = randomStream(7);
    const counts = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const order = stream.permutation(4);
      expect([...order].sort()).toEqual([0, 1, 2, 3]);
      counts.set(order.join(), (counts.get(order.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // 23 degrees of freedom: above 69 for 1 seed in 1,000,000.
    expect(chiSquare([...counts.values()])).toBeLessThan(69);
    expect(stream.permutation(0)).toEqual(new Int32Array(0));
  });

  it('seeds for tfjs are positive 31-bit integers that differ by name and do not advance the stream', () => {
    const stream = randomStream(0);
    const names = Array.from({ length: 1000 }, (_, i) => `layer-${i}`);
    const made = names.map((name) => stream.seedFor(name));
    for (const seed of made) expect(Number.isInteger(seed) && seed > 0 && seed < 2 ** 31).toBe(true);
    expect(new Set(made).size).toBe(1000);
    expect(draws(stream)).toEqual(draws(randomStream(0)));
  });
});

describe('a random stream refuses', () => {
  const [low, high] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  it.each([0.5, Number.NaN, Infinity, 2 ** 53, '1' as unknown as number])('the seed %s', (seed) => {
    const message = `randomStream: expected seed to be an integer in ${low}..${high}, got ${seed}`;
    expect(() => randomStream(seed)).toThrow(refusal('InvalidArgumentError', message));
  });

  it.each([0, -3, 1.5])('the bound %s', (bound) => {
    const message = `integer: expected bound to be an integer of at least 1, got ${bound}`;
    expect(() => randomStream(1).integer(bound)).toThrow(refusal('InvalidArgumentError', message));
  });

  it.each([
    undefined,
    null,
    {},
    { seed: 1, words: [1, 2, 3] },
    { seed: 1, words: [1, 2, 3, 'x'] },
    { words: [1, 2, 3, 4] },
  ])('the state %j', (state) => {
    const message =
      'restoreRandomStream: expected a state with an integer seed and 4 integer words, ' +
      `got ${JSON.stringify(state)}`;
    expect(() => restoreRandomStream(state as RandomState)).toThrow(refusal('InvalidArgumentError', message));
  });
});

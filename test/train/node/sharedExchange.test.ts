import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exchangeMemory, SharedExchange } from '../../../src/train/node/sharedExchange.js';
import { refusal } from '../../support/errors.js';
import { seedProperties } from '../../support/properties.js';

seedProperties();

/** Exchanges of `count` replicas over one memory; here all live in one thread. */
function team(count: number, length: number): SharedExchange[] {
  const memory = exchangeMemory(count, length);
  return Array.from({ length: count }, (_, index) => new SharedExchange(memory, { index, count }, length));
}

describe('SharedExchange', () => {
  it('gives every replica the same mean, that of float64, whoever comes first and however often', async () => {
    const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
    const rounds = fc.integer({ min: 1, max: 16 }).chain((count) =>
      fc.record({
        vectors: fc.array(fc.array(float, { minLength: 7, maxLength: 7 }), { minLength: count, maxLength: count }),
        arrivals: fc.shuffledSubarray([...Array(count).keys()], { minLength: count, maxLength: count }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(rounds, async ({ vectors, arrivals }) => {
        const count = vectors.length;
        const exchanges = team(count, 9);
        for (const sign of [1, -1, 1]) {
          const brought = vectors.map((vector) => Float32Array.from(vector, (value) => sign * value));
          const means: Float32Array[] = [];
          await Promise.all(
            arrivals.map(async (index) => {
              means[index] = (await exchanges[index]!.average(brought[index]!, 5)).slice();
            }),
          );
          const expected = Float32Array.from({ length: 7 }, (_, i) => {
            return brought.reduce((sum, vector) => sum + vector[i]!, 0) / count;
          });
          for (const mean of means) expect(mean).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps what all have alike, also among three', async () => {
    const value = Math.fround(0.1);
    const exchanges = team(3, 1);
    const means = await Promise.all(exchanges.map((exchange) => exchange.average(Float32Array.of(value))));
    expect(means.map(([mean]) => mean)).toEqual([value, value, value]);
  });

  it('tells all replicas of one whose weights or gradients are others', async () => {
    const hint = 'A step must depend on nothing but its batch and its random stream';
    const settled = async (bring: (exchange: SharedExchange, index: number) => Promise<unknown>): Promise<unknown[]> =>
      Promise.all(team(3, 4).map((exchange, index) => bring(exchange, index).catch((error: unknown) => error)));
    const weights = `train: expected the same weights in every replica, got other bits in replica 2. ${hint}`;
    expect(await settled((exchange, index) => exchange.average(Float32Array.of(1), index === 2 ? 8 : 7))).toEqual(
      Array(3).fill(refusal('ReplicaError', weights)),
    );
    const lengths = `train: expected gradients of the same variables in every replica, got others in replica 1. ${hint}`;
    expect(await settled((exchange, index) => exchange.average(new Float32Array(index === 1 ? 2 : 3)))).toEqual(
      Array(3).fill(refusal('ReplicaError', lengths)),
    );
  });

  it('ends a wait for a replica that will not come, and every later one', async () => {
    const [first] = team(2, 1);
    const waiting = first!.average(Float32Array.of(1));
    first!.abort();
    const gone = refusal(
      'ReplicaError',
      'train: expected every replica to go on until the run ends, got one that is gone',
    );
    await expect(waiting).rejects.toThrow(gone);
    await expect(first!.average(Float32Array.of(1))).rejects.toThrow(gone);
  });
});

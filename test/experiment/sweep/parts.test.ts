import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultJobs, parseShard, shardOf, summarizeSweep, type SweepRun } from '../../../src/experiment/index.js';
import { needOf } from '../../../src/experiment/sweep/jobs.js';
import { refusal } from '../../support/errors.js';
import { seedProperties } from '../../support/properties.js';
import { plan } from './support.js';

seedProperties();

describe('shards', () => {
  it('share the runs: each run in one of them', () => {
    const seeds = fc.uniqueArray(fc.nat({ max: 50 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 15 }), fc.boolean(), (seed, of, staged) => {
        const second = { name: 'b', init: { method: 'a' }, freeze: 'backbone' };
        const cells = plan({ grid: { seed }, methods: [{ name: 'a' }, staged ? second : { name: 'b', loss: 'ce' }] });
        const shards = Array.from({ length: of }, (_, index) => shardOf(cells, { index, of }));
        expect(new Set(shards.flat())).toEqual(new Set(cells));
        expect(shards.flat().length).toBe(cells.length);
        if (!staged) shards.forEach((shard, i) => expect(shard).toEqual(cells.filter((_, k) => k % of === i)));
        for (const shard of shards) {
          for (const { after } of shard) if (after !== null) expect(shard.map(({ name }) => name)).toContain(after);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('are written i/n, from 0', () => {
    expect(parseShard('sweep', '0/2')).toEqual({ index: 0, of: 2 });
    expect(parseShard('sweep', '11/12')).toEqual({ index: 11, of: 12 });
  });

  it.each(['2/2', '0/0', '1', 'a/b', '-1/2', '0/2/3', '1.5/2', '', '/2', '0/1e3'])('are not written "%s"', (text) => {
    expect(() => parseShard('sweep', text)).toThrow(
      refusal(
        'ConfigError',
        `sweep: expected --shard i/n with i below n, got ${text}. ` +
          'Shards count from 0: --shard 0/2 and --shard 1/2 are the two halves',
      ),
    );
  });
});

describe('runs side by side', () => {
  const GB = 1e9;
  const configs = (options: object, count = 9) =>
    plan({ base: options, grid: { seed: Array.from({ length: count }, (_, i) => i + 1) } }).map(({ config }) => config);

  it.each([
    ['one a core', {}, { cores: 4, memory: 64 * GB }, 4],
    ['no more than there are', {}, { cores: 64, memory: 256 * GB }, 9],
    ['as many as memory holds', { model: 'resnet32' }, { cores: 8, memory: 3 * GB }, 2],
    ['one where even that is short', { model: 'resnet32' }, { cores: 8, memory: 0.5 * GB }, 1],
    ['fewer with more threads each', { threads: 3 }, { cores: 8, memory: 64 * GB }, 2],
    ['one that takes all cores', { threads: null }, { cores: 8, memory: 64 * GB }, 1],
    ['one a core on a backend with one thread', { threads: null, backend: 'wasm' }, { cores: 8, memory: 64 * GB }, 8],
    ['fewer with replicas', { replicas: 2 }, { cores: 8, memory: 64 * GB }, 4],
    ['one whose replicas take all cores', { replicas: 'auto' }, { cores: 8, memory: 64 * GB }, 1],
  ])('%s', (_what, options, machine, jobs) => {
    expect(defaultJobs(configs(options), machine)).toBe(jobs);
  });

  it('by default are those of this machine, at least one', () => {
    expect(defaultJobs(configs({}))).toBeGreaterThanOrEqual(1);
    expect(defaultJobs([])).toBe(1);
  });

  // Peaks of whole runs with one thread on the native backend, in GB; the estimate may not promise less.
  it.each([
    [0.69, { model: 'resnet8' }],
    [1.22, { model: 'resnet32' }],
    [1.63, { model: 'resnet56' }],
    [1.72, { model: 'official-resnet' }],
    [1.29, { model: 'resnet8', batchSize: 512 }],
  ])('need at least the %f GB that were measured: %j', (peak, options) => {
    expect(needOf(configs(options, 1)[0]!, 2).memory).toBeGreaterThan(peak * GB);
  });
});

describe('the summary', () => {
  const run = (
    method: string,
    values: object,
    score: number | null,
    imagesPerSecond: number | null = 100,
  ): SweepRun => {
    const scores = { balancedAccuracy: score };
    const state =
      score === null
        ? { status: 'begun' }
        : { status: 'finished', report: { imagesPerSecond, final: { raw: scores, posthoc: scores } } };
    return { method, values, ...state } as unknown as SweepRun;
  };

  it('is mean and sample standard deviation over seeds, by method and the rest of the grid', () => {
    const summary = summarizeSweep([
      run('CE', { tau: 1, seed: 1 }, 0.2),
      run('CE', { tau: 1, seed: 2 }, 0.4, 200),
      run('CE', { tau: 1, seed: 3 }, 0.9),
      run('CE', { tau: 2, seed: 1 }, 0.5, null),
      run('CE', { tau: 2, seed: 2 }, null),
      run('LA', { tau: 1, seed: 1 }, null),
    ]);
    const scores = (mean: number | null, deviation: number | null) => ({
      mean: mean === null ? null : (expect.closeTo(mean, 12) as number),
      deviation: deviation === null ? null : (expect.closeTo(deviation, 12) as number),
    });
    expect(summary).toEqual([
      {
        method: 'CE, tau 1',
        finished: 3,
        runs: 3,
        raw: scores(0.5, Math.sqrt(0.13)),
        posthoc: scores(0.5, Math.sqrt(0.13)),
        imagesPerSecond: scores(400 / 3, 100 / Math.sqrt(3)),
      },
      {
        method: 'CE, tau 2',
        finished: 1,
        runs: 2,
        raw: scores(0.5, null),
        posthoc: scores(0.5, null),
        imagesPerSecond: scores(null, null),
      },
      {
        method: 'LA, tau 1',
        finished: 0,
        runs: 1,
        raw: scores(null, null),
        posthoc: scores(null, null),
        imagesPerSecond: scores(null, null),
      },
    ]);
  });

  it('calls a sweep over seeds alone "all"', () => {
    expect(summarizeSweep([{ ...run('', { seed: 1 }, 0.5), method: null }])[0]!.method).toBe('all');
  });
});

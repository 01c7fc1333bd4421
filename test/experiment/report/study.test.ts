import { describe, expect, it } from 'vitest';
import { bestSeries, bySeed, balancedAccuracy, drawnSeries } from '../../../src/experiment/report/selection.js';
import { studiesOf } from '../../../src/experiment/report/study.js';
import { madeRun, madeRuns, without } from './support.js';

const labelsOf = (runs: Parameters<typeof studiesOf>[0]): string[] =>
  studiesOf(runs).flatMap(({ methods }) => methods.map(({ label }) => label));

describe('methods', () => {
  it('are runs that differ in nothing but the seed; plain cross-entropy leads', async () => {
    const [study, ...others] = studiesOf((await madeRuns()).reverse());
    expect(others).toEqual([]);
    expect(study!.methods.map(({ label, slot, runs }) => [label, slot, runs.length])).toEqual([
      ['ce', 0, 3],
      ['logit-adjusted', 1, 3],
    ]);
    expect(study!.series.map(({ label, scored }) => [label, scored.map(({ seed }) => seed)])).toEqual([
      ['ce', [3, 2, 1]],
      ['ce, post hoc', [3, 2, 1]],
      ['logit-adjusted', [3, 2, 1]],
    ]);
    expect(study!.baseline!.label).toBe('ce');
  });

  it('are named after the options in which they differ', async () => {
    const runs = [
      await madeRun({ config: { loss: 'logit-adjusted', tau: 1 } }),
      await madeRun({ config: { loss: 'logit-adjusted', tau: 2, weightDecay: 0.01 } }),
      await madeRun({ config: { weightDecay: 0.01 } }),
    ];
    expect(labelsOf(runs)).toEqual([
      'ce',
      'logit-adjusted, tau 1, weight decay 0.0002',
      'logit-adjusted, tau 2, weight decay 0.01',
    ]);
  });

  it('are not split by places, by watching, or by options that a run of an older version lacks', async () => {
    const old = without((await madeRun()).config, 'sampler');
    const runs = [
      { ...(await madeRun()), config: old },
      await madeRun({ config: { seed: 2, dataDir: '/elsewhere' } }),
      await madeRun({ config: { seed: 3, evaluateEvery: 1 } }),
    ];
    expect(labelsOf(runs)).toEqual(['ce']);
  });

  it('of a second stage are those whose first stages were of one method, wherever they lie', async () => {
    const second = async (seed: number, init: string, loss: string) => ({
      ...(await madeRun({ config: { seed, init, sampler: 'class-balanced' } })),
      initial: { ...(await madeRun({ config: { seed, loss } })).config, epochs: 9 },
    });
    const runs = [
      await madeRun(),
      await second(1, 'runs/2026-11-24-ce-s1', 'ce'),
      await second(2, '/tmp/other', 'ce'),
      await second(1, 'runs/b', 'balanced-softmax'),
    ];
    expect(labelsOf(runs)).toEqual([
      'ce',
      'ce, sampler class-balanced, init (ce, epochs 9)',
      'ce, sampler class-balanced, init (balanced-softmax, epochs 9)',
    ]);
    const balanced = await second(1, 'runs/c', 'ce');
    const other = { ...balanced, initial: { ...balanced.initial, sampler: 'class-balanced' } };
    expect(labelsOf([runs[1]!, other])).toEqual([
      'ce, init (ce, epochs 9)',
      'ce, init (ce, epochs 9, sampler class-balanced)',
    ]);
    const gone = [1, 2].map(async (seed) => ({ ...(await second(seed, `runs/ce-s${seed}`, 'ce')), initial: null }));
    expect(labelsOf(await Promise.all(gone))).toEqual(['ce']);
  });

  it('have the names of their sweep', async () => {
    const runs = (await madeRuns()).map((run) => ({ ...run, method: run.config['loss'] === 'ce' ? 'plain' : 'LA' }));
    expect(labelsOf(runs)).toEqual(['plain', 'LA']);
    const faster = runs.slice(3).map((run) => ({ ...run, config: { ...run.config, learningRate: 0.2 } }));
    expect(labelsOf([...runs, ...faster])).toEqual(['plain', 'LA, learning rate 0.1', 'LA, learning rate 0.2']);
  });
});

describe('studies', () => {
  it('keep apart what was tested or trained on other data', async () => {
    const runs = [
      await madeRun(),
      await madeRun({ counts: [90, 9, 3], config: { imbalance: 30 } }),
      await madeRun({ counts: [80, 8, 3], config: { imbalance: 30, holdout: 0.1 } }),
    ];
    expect(studiesOf(runs).map(({ title, runs }) => [title, runs.length])).toEqual([
      ['sample (exponential, ratio 100)', 1],
      ['sample (exponential, ratio 100) (2)', 1],
      ['sample (exponential, ratio 100), 10 % held out', 1],
    ]);
  });

  it('take in a run that is not finished by its configuration', async () => {
    const open = await madeRun({ isFinished: false, config: { seed: 2 } });
    expect(studiesOf([await madeRun(), open])).toHaveLength(1);
    const [alone] = studiesOf([open]);
    expect(alone).toMatchObject({
      title: 'sample (exponential, ratio 100)',
      series: [],
      baseline: null,
      classCounts: [],
    });
  });
});

describe('selection', () => {
  it('finds the series with the highest mean', async () => {
    const [study] = studiesOf(await madeRuns());
    const means = study!.series.map((one) => [...bySeed(one, balancedAccuracy).values()].reduce((a, b) => a + b) / 3);
    expect(bestSeries(study!)).toBe(study!.series[means.indexOf(Math.max(...means))]);
  });

  it('averages runs of one seed before they are paired', async () => {
    const runs = [await madeRun(), await madeRun({ name: 'again', strength: 4 })];
    const [study] = studiesOf(runs);
    const [one, two] = runs.map(({ scores }) => scores['raw']!.balancedAccuracy);
    expect([...bySeed(study!.baseline!, balancedAccuracy)]).toEqual([[1, (one! + two!) / 2]]);
  });

  it('draws the baseline and the seven best of more methods than colours can tell apart', async () => {
    const taus = Array.from({ length: 10 }, (_, i) => i + 1);
    const runs = [
      await madeRun({ strength: -5, tau: 0 }),
      ...(await Promise.all(
        taus.map((tau) => madeRun({ config: { loss: 'logit-adjusted', tau }, strength: tau / 2, tau: 0 })),
      )),
    ];
    const [study] = studiesOf(runs);
    const drawn = drawnSeries(study!);
    expect(drawn).toHaveLength(8);
    expect(drawn[0]).toBe(study!.baseline);
    const accuracy = (one: (typeof drawn)[number]): number => one.scored[0]!.scores.balancedAccuracy;
    const left = study!.series.filter((one) => !drawn.includes(one));
    expect(Math.max(...left.map(accuracy))).toBeLessThanOrEqual(Math.min(...drawn.slice(1).map(accuracy)));
  });
});

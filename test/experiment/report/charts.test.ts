import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compile } from 'vega-lite';
import { reliabilityPoints, reliabilityChart } from '../../../src/experiment/report/charts/calibration.js';
import {
  confusionCells,
  confusionChart,
  largestConfusions,
  pooledConfusion,
} from '../../../src/experiment/report/charts/confusion.js';
import { curveChart, curvePoints, numberIn } from '../../../src/experiment/report/charts/curves.js';
import { dotChart } from '../../../src/experiment/report/charts/dots.js';
import { draw } from '../../../src/experiment/report/charts/draw.js';
import {
  bandsOf,
  classSizeChart,
  headToTail,
  recallChart,
  recallPoints,
} from '../../../src/experiment/report/charts/recall.js';
import type { Chart } from '../../../src/experiment/report/charts/theme.js';
import type { RecordedRun } from '../../../src/experiment/report/records.js';
import { studiesOf, type Study } from '../../../src/experiment/report/study.js';
import { classCounts, madeRun, madeRuns, without } from './support.js';

let runs: RecordedRun[];
let study: Study;
beforeEach(async () => {
  vi.spyOn(console, 'warn'); // vega tells of what it had to leave out of a chart there
  runs = await madeRuns();
  [study] = studiesOf(runs) as [Study];
});
afterEach(() => {
  expect(console.warn).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

/** Draws a chart and checks that nothing undefined got into it; gives the drawing. */
async function drawn(chart: Chart): Promise<string> {
  expect(JSON.stringify(chart, (_, value: unknown) => (Number.isNaN(value) ? 'NaN' : value))).not.toContain('NaN');
  compile(chart); // warns on what does not fit together
  const svg = await draw(chart, 'a "chart"');
  expect(svg).toMatch(/^<svg role="img" aria-label="a &quot;chart&quot;" xmlns="[^"]+" width="350" /);
  expect(svg).not.toMatch(/NaN|undefined|null|Infinity/);
  expect(svg).not.toContain(' id='); // would be that of another chart on the page as well
  return svg;
}

const marks = (svg: string, fill: RegExp): number =>
  [...svg.matchAll(/<path[^>]*fill="([^"]*)"/g)].filter(([, color]) => fill.test(color!)).length;

describe('curves', () => {
  it('have the numbers of metrics.jsonl, and their mean over the finished runs', async () => {
    const value = (record: RecordedRun['epochs'][number]): number | null => numberIn(record, 'loss');
    const points = curvePoints({ series: study.series[0]!, value });
    const of = (name: string): number[] => points.filter(({ run }) => run === name).map((point) => point.value);
    expect(of('ce-2')).toEqual(runs[1]!.epochs.map(({ loss }) => loss));
    [2, 1, 2 / 3, 1 / 2].forEach((loss, i) => expect(of('mean')[i]).toBeCloseTo(loss + 0.02, 12));
    const svg = await drawn(
      curveChart(
        study.series.map((series) => ({ series, value })),
        'nats',
        false,
      )!,
    );
    expect(marks(svg, /series/)).toBe(3 * 4); // a mark an epoch on each mean
  });

  it('leave out what is not there: an epoch without evaluation, a run that is not finished in the mean', async () => {
    const open = await madeRun({ config: { seed: 9 }, isFinished: false });
    const [gapped] = runs;
    const bare = without(gapped!.epochs[1]!, 'testLoss');
    const epochs = [gapped!.epochs[0]!, bare, { ...gapped!.epochs[2]!, testLoss: null }, gapped!.epochs[3]!];
    const [of] = studiesOf([{ ...gapped!, epochs }, runs[1]!, open]);
    const points = curvePoints({ series: of!.series[0]!, value: (record) => numberIn(record, 'testLoss') });
    const epochsOf = (name: string): number[] => points.filter(({ run }) => run === name).map(({ epoch }) => epoch);
    expect([epochsOf('ce-1'), epochsOf('ce-2'), epochsOf('ce-9'), epochsOf('mean')]).toEqual([
      [1, 4],
      [1, 2, 3, 4],
      [1, 2],
      [1, 4],
    ]);
  });

  it('of a single epoch are points, of none are no chart', async () => {
    const [one] = studiesOf([await madeRun({ epochs: 1 })]);
    const source = {
      series: one!.series[0]!,
      value: (record: RecordedRun['epochs'][number]) => numberIn(record, 'loss'),
    };
    expect(marks(await drawn(curveChart([source], 'nats', false)!), /series/)).toBe(1);
    expect(curveChart([{ ...source, value: () => null }], 'nats', false)).toBeNull();
  });
});

describe('recall', () => {
  it('is that of the reports, mean over runs, from head to tail', async () => {
    const points = recallPoints(study.series[0]!, classCounts);
    expect(points.map(({ examples }) => examples)).toEqual(classCounts);
    points.forEach(({ recall }, y) => {
      const of = runs.slice(0, 3).map(({ scores }) => scores['raw']!.perClassRecall[y]!);
      expect(recall).toBeCloseTo((100 * (of[0]! + of[1]! + of[2]!)) / 3, 10);
    });
    expect(marks(await drawn(recallChart(study.series, classCounts)), /series/)).toBe(30);
  });

  it('ranks classes by frequency, equal ones by index, and joins many of them in bands', () => {
    expect(headToTail([5, 9, 5, 7])).toEqual([1, 3, 0, 2]);
    const counts = Array.from({ length: 100 }, (_, y) => 1000 - 7 * y);
    const bands = bandsOf(counts);
    expect(bands).toHaveLength(12);
    expect(bands.flat()).toEqual([...counts.keys()]);
    expect(new Set(bands.map(({ length }) => length))).toEqual(new Set([8, 9]));
  });

  it('leaves out classes without test items', () => {
    const [series] = study.series;
    const hollow = series!.scored.map(({ seed, scores }) => ({
      seed,
      scores: { ...scores, perClassRecall: scores.perClassRecall.map((recall, y) => (y === 2 ? null : recall)) },
    }));
    expect(recallPoints({ ...series!, scored: hollow }, classCounts)).toHaveLength(9);
  });

  it.each([
    ['equal', [50, 50, 50]],
    ['a class without examples', [50, 5, 0]],
    ['two classes', [1_000_000, 1]],
  ])('can be drawn for %s', async (_, counts) => {
    const [of] = studiesOf([await madeRun({ counts: counts.map((count) => Math.max(count, 1)) })]);
    await drawn(recallChart(of!.series, counts));
    await drawn(classSizeChart(counts));
  });
});

describe('calibration', () => {
  it('pools the bins of all runs, weighted by their examples', async () => {
    const [series] = study.series;
    const bins = series!.scored.map(({ scores }) => scores.reliability!);
    const points = reliabilityPoints(series!);
    const filled = bins[0]!.flatMap((_, i) => (bins.some((run) => run[i]!.count > 0) ? [i] : []));
    expect(points).toHaveLength(filled.length);
    filled.forEach((i, k) => {
      const all = bins.map((run) => run[i]!);
      const count = all.reduce((sum, bin) => sum + bin.count, 0);
      const right = all.reduce((sum, bin) => sum + bin.count * (bin.accuracy ?? 0), 0);
      expect(points[k]!.accuracy).toBeCloseTo((100 * right) / count, 10);
      expect(points[k]!.share).toBeCloseTo((100 * count) / 180, 10);
    });
    expect(points.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(100, 10);
    expect(marks(await drawn(reliabilityChart([series!])!), /series/)).toBe(filled.length);
  });

  it('is not drawn for runs that do not record it', () => {
    const [series] = study.series;
    const bare = series!.scored.map(({ seed, scores }) => ({ seed, scores: without(scores, 'reliability') }));
    expect(reliabilityChart([{ ...series!, scored: bare }])).toBeNull();
  });
});

describe('confusion', () => {
  const matrix = [
    [8, 2, 0],
    [5, 5, 0],
    [0, 0, 0],
  ];

  it('is pooled over runs', () => {
    const [series] = study.series;
    const pooled = pooledConfusion(series!)!;
    const of = series!.scored.map(({ scores }) => scores.confusion!);
    expect(pooled[3]![5]).toBe(of[0]![3]![5]! + of[1]![3]![5]! + of[2]![3]![5]!);
    expect(pooled.flat().reduce((a, b) => a + b)).toBe(180);
  });

  it('is shown as shares of the true class, head first; a class without test items has no row', async () => {
    const three = { ...study, classCounts: [5, 50, 1], className: (y: number) => 'abc'[y]! };
    const cells = confusionCells(matrix, three);
    expect(cells.map(({ truth, predicted, share }) => [truth + predicted, share])).toEqual([
      ['bb', 50],
      ['ba', 50],
      ['bc', 0],
      ['ab', 20],
      ['aa', 80],
      ['ac', 0],
    ]);
    const svg = await drawn(confusionChart(matrix, three));
    expect(marks(svg, /heat/)).toBe(6);
    expect([...svg.matchAll(/font-size="9px"[^>]*>(\d+)</g)].map(([, text]) => text)).toEqual(['50', '50', '20', '80']);
  });

  it('joins many classes in bands of ranks, and keeps every item', () => {
    const size = 60;
    const large = Array.from({ length: size }, (_, y) =>
      Array.from({ length: size }, (_, k) => (k === (y + 1) % size ? 3 : 0)),
    );
    const many = { ...study, classCounts: Array.from({ length: size }, (_, y) => size - y) };
    const cells = confusionCells(large, many);
    expect(cells).toHaveLength(144);
    expect(cells[0]).toEqual({ truth: '1–5', predicted: '1–5', share: 80 });
    expect(cells[1]).toEqual({ truth: '1–5', predicted: '6–10', share: 20 });
  });

  it('lists the largest confusions, by share of the class', () => {
    expect(largestConfusions(matrix, 5)).toEqual([
      { truth: 1, predicted: 0, items: 5, share: 0.5 },
      { truth: 0, predicted: 1, items: 2, share: 0.2 },
    ]);
    expect(largestConfusions(matrix, 1)).toHaveLength(1);
  });
});

describe('dots', () => {
  it('have one mark, one whisker and two texts a row', async () => {
    const rows = study.series.map((series, i) => ({
      series,
      value: 10 * i,
      spread: i === 0 ? null : 2,
      text: `${i}!`,
    }));
    const svg = await drawn(dotChart(rows, 'points', 0));
    expect(marks(svg, /series/)).toBe(3);
    for (const [i, { label }] of study.series.entries()) {
      expect(svg).toContain(`>${label}</text>`);
      expect(svg).toContain(`>${i}!</text>`);
    }
  });

  it('break long names between words', async () => {
    const long = 'ce, classifier reset, freeze backbone, sampler class-balanced, init ce';
    const [first, ...others] = study.series;
    const rows = [{ ...first!, label: long }, ...others].map((series) => ({
      series,
      value: 1,
      spread: null,
      text: '',
    }));
    const svg = await drawn(dotChart(rows, 'points', 0));
    expect(svg).toMatch(/>ce, classifier reset, freeze backbone,<\/tspan><tspan[^>]*>sampler class-balanced, init ce</);
  });
});

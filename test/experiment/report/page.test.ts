import { describe, expect, it } from 'vitest';
import { reportPage } from '../../../src/experiment/report/page.js';
import type { RecordedRun } from '../../../src/experiment/report/records.js';
import { script, style } from '../../../src/experiment/report/style.js';
import { classCounts, madeRun, madeRuns, without } from './support.js';

/** The text of a page, without tags, charts and scripts. */
const textOf = (page: string): string =>
  page
    .replaceAll(/<(style|script|svg)[^>]*>.*?<\/\1>/gs, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');

const headingsOf = (page: string): [level: number, text: string][] =>
  [...page.matchAll(/<h(\d)[^>]*>(.*?)<\/h\1>/g)].map(([, level, text]) => [Number(level), text!]);

const percent = (value: number): string => (100 * value).toFixed(1);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;
const deviation = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));

/** Everything that a page promises whatever is on it. */
function expectSound(page: string): void {
  const first = (form: RegExp, text = page): string | undefined => form.exec(text)?.[0]; // a page is too long for a message
  expect(first(/^<!DOCTYPE html>\n<html lang="en">/)).toBeDefined();
  expect(first(/<title>[^<]+<\/title>/)).toBeDefined();
  expect(first(/https?:|\/\/|@import|\burl\(|src=/, page.replaceAll(/xmlns="[^"]*"/g, ''))).toBeUndefined();
  expect(first(/.{30}(NaN|undefined|Infinity|\[object).{30}/, page.replace(script, ''))).toBeUndefined();
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target);
  const levels = headingsOf(page).map(([level]) => level);
  expect(levels[0]).toBe(1);
  expect(levels.filter((level) => level === 1)).toHaveLength(1);
  levels.slice(1).forEach((level, i) => expect(level).toBeLessThanOrEqual(levels[i]! + 1));
  for (const tag of ['figure', 'table', 'section', 'details', 'ul', 'div', 'svg', 'article']) {
    expect(page.split(`<${tag}`).length, tag).toBe(page.split(`</${tag}>`).length);
  }
  const figures = page.split('<figure>').slice(1);
  for (const figure of figures) expect(figure).toMatch(/^<h\d>[^<]+<\/h\d>\s*<svg role="img".*<figcaption>[^<]/s);
  for (const table of page.split('<table').slice(1))
    expect(table).toMatch(/^[^>]*><caption><span>[^<].*<th scope="col"/s);
}

describe('the page of two methods with three seeds', () => {
  const runs = madeRuns();
  const page = runs.then((all) => reportPage(all));

  it('is sound, and has every section', async () => {
    expectSound(await page);
    expect(headingsOf(await page).filter(([level]) => level <= 2)).toEqual([
      [1, '2 methods on sample (exponential, ratio 100)'],
      [2, 'Results'],
      [2, 'Differences to ce'],
      [2, 'Training'],
      [2, 'Recall by class frequency'],
      [2, 'Head, torso and tail'],
      [2, 'Calibration'],
      [2, 'Confusion'],
      [2, 'Runs'],
    ]);
  });

  it('has mean and standard deviation of each method, and the differences seed by seed', async () => {
    const text = textOf(await page);
    const accuracies = (loss: string): number[] =>
      all.filter(({ config }) => config['loss'] === loss).map(({ scores }) => scores['raw']!.balancedAccuracy);
    const all = await runs;
    const [plain, adjusted] = [accuracies('ce'), accuracies('logit-adjusted')];
    for (const values of [plain, adjusted]) {
      expect(text).toContain(`${percent(mean(values))} ± ${percent(deviation(values))}`);
    }
    const gains = adjusted.map((value, i) => value - plain[i]!);
    expect(text).toContain(
      `logit-adjusted 3 3 of 3 +${percent(mean(gains))} ± ${percent(deviation(gains) / Math.sqrt(3))}`,
    );
    const [nll] = [all.slice(0, 3).map(({ scores }) => scores['raw']!.nll!)];
    expect(text).toContain(`${mean(nll).toFixed(3)} ± ${deviation(nll).toFixed(3)}`);
  });

  it('tells which runs there are, and what they share', async () => {
    const text = textOf(await page);
    expect(text).toContain('6 runs, 3 seeds; model resnet8; backend cpu. 2026-01-02.');
    expect(text).toContain('ce-2 ce 2 finished last, epoch 4 1.00 1 235');
    expect(text).toContain('weight decay 0.0002');
    expect(text).not.toContain('no scores yet');
  });

  it('names the classes where the report does, else by number', async () => {
    expect(textOf(await page)).toContain('class 9 (5)');
    const classNames = classCounts.map((_, y) => `kind ${'abcdefghij'[y]!}`);
    const named = await reportPage([await madeRun({ classNames })]);
    expect(textOf(named)).toContain('kind j (5)');
    expect(named).toContain('>kind a</text>');
  });
});

describe('a page', () => {
  it('escapes whatever a run calls itself', async () => {
    const evil = `<script>alert("1")</script>&'`;
    const classNames = classCounts.map((_, y) => `${evil}${y}`);
    const run = await madeRun({ name: evil, classNames, config: { loss: evil, model: evil } });
    const report = { ...run.report!, dataset: evil };
    const page = await reportPage([{ ...run, report, environment: { machine: evil }, method: evil }]);
    expect(page).not.toContain('<script>alert');
    expect(page.split('<script>')).toHaveLength(2);
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;');
    expectSound(page);
  });

  it('of one run has no differences to itself', async () => {
    const page = await reportPage([await madeRun()]);
    expectSound(page);
    expect(headingsOf(page).map(([, text]) => text)).not.toContain('Differences to ce');
    expect(headingsOf(page)[0]).toEqual([1, 'ce on sample (exponential, ratio 100)']);
  });

  it('of a run that is not finished says so, and shows its curves', async () => {
    const page = await reportPage([await madeRun({ isFinished: false })]);
    expectSound(page);
    expect(textOf(page)).toContain(
      'This run has no scores yet, only the curves so far: ce-1 (not finished: 2 of 4 epochs).',
    );
    expect(textOf(page)).toContain('No run is finished yet: there are no scores on the test set.');
    expect(
      headingsOf(page)
        .filter(([level]) => level === 2)
        .map(([, text]) => text),
    ).toEqual(['Results', 'Training', 'Runs']);
    expect(page.split('<figure>')).toHaveLength(4);
  });

  it('of a sweep tells what has not begun and what failed', async () => {
    const [done, open] = [await madeRun(), await madeRun({ config: { seed: 2 }, isFinished: false })];
    const failed = { ...open, epochs: [], failure: 'step 3: expected a finite loss, got NaN', name: 'ce-3' };
    const text = textOf(await reportPage([done, { ...open, epochs: [] }, failed]));
    expect(text).toContain(
      '2 of 3 runs have no scores yet, only the curves so far: ce-2 (not finished: 0 of 4 epochs), ' +
        'ce-3 (failed after 0 of 4 epochs: step 3: expected a finite loss, got NaN).',
    );
  });

  it('of a run without curves, calibration or confusion leaves those sections out', async () => {
    const run = await madeRun();
    const raw = without(run.scores['raw']!, 'ece', 'nll', 'brier', 'reliability', 'confusion');
    const page = await reportPage([{ ...run, epochs: [], scores: { raw } }]);
    expectSound(page);
    const sections = headingsOf(page)
      .filter(([level]) => level === 2)
      .map(([, text]) => text);
    expect(sections).toEqual(['Results', 'Recall by class frequency', 'Head, torso and tail', 'Runs']);
  });

  it('shows calibration by group where runs record it', async () => {
    const run = await madeRun({ tau: 0 });
    const { raw } = run.scores;
    const page = (scores: RecordedRun['scores']): Promise<string> => reportPage([{ ...run, scores }]);
    expect(textOf(await page({ raw: raw! }))).toContain(
      `Calibration of the test items of head, torso and tail classes`,
    );
    const head = without(raw!.groups.head!, 'ece', 'nll', 'brier');
    const bare = { ...raw!, groups: { head, torso: null, tail: null } };
    expect(textOf(await page({ raw: bare }))).not.toContain('Calibration of the test items');
    expect(textOf(await page({ raw: bare }))).toContain('tail: fewer than 20, 0 classes');
  });

  it('shows scores that it does not know under their name', async () => {
    const run = await madeRun({ tau: 0 });
    const page = await reportPage([{ ...run, scores: { ...run.scores, nearestClassMean: run.scores['raw']! } }]);
    expectSound(page);
    expect(textOf(page)).toContain('ce, nearest class mean');
  });

  it('of several data sets has a part for each', async () => {
    const runs = [await madeRun(), await madeRun({ counts: [90, 9, 3], config: { imbalance: 30 } })];
    const page = await reportPage(runs);
    expectSound(page);
    expect(headingsOf(page).filter(([level]) => level <= 2)).toEqual([
      [1, 'Runs on 2 data sets'],
      [2, 'sample (exponential, ratio 100)'],
      [2, 'sample (exponential, ratio 100) (2)'],
    ]);
  });

  it('of hundreds of classes stays readable and below a megabyte', async () => {
    const counts = Array.from({ length: 300 }, (_, y) => Math.ceil(500 * 0.985 ** y));
    const page = await reportPage([await madeRun({ counts })]);
    expectSound(page);
    expect(page.length).toBeLessThan(1_000_000);
    expect(textOf(page)).toContain('Each point is the mean of about 25 classes of similar frequency.');
  });
});

describe('the kernel of a learnt head', () => {
  it('is drawn from the coefficients of the epochs, where there are any', async () => {
    const plain = await madeRun();
    const made = await madeRun({ config: { head: 'learned', degree: 2 } });
    const epochs = made.epochs.map((record, i) => ({ ...record, 'kernel/1': 0.75 - i / 4, 'kernel/2': 0.25 + i / 4 }));
    const page = await reportPage([plain, { ...made, name: 'learned-1', epochs }]);
    expectSound(page);
    const text = textOf(page);
    expect(headingsOf(page).map(([, heading]) => heading)).toContain('Kernel');
    expect(text).toContain('at the end t^1 0.000 and t^2 1.000. The smallest value of the mean kernel is 0.000.');
    expect(headingsOf(await reportPage([plain])).map(([, heading]) => heading)).not.toContain('Kernel');
  });
});

describe('the ranking of multi-label points', () => {
  it('has the precision at each length, and the recall of frequent and rare labels', async () => {
    const run = await madeRun();
    const at = (hit: number) =>
      [1, 3].map((k) => ({ k, precision: hit, recall: hit / k, balancedRecall: 0.1, propensityPrecision: hit / 2 }));
    const ranking = (hit: number) => ({
      examples: 3181,
      at: at(hit),
      groups: { head: { classes: 4, at: at(hit / 2) }, torso: null, tail: { classes: 3, at: at(hit / 4) } },
    });
    const { raw, posthoc } = run.scores;
    const page = await reportPage([
      { ...run, scores: { raw: { ...raw!, ranking: ranking(0.6) }, posthoc: { ...posthoc!, ranking: ranking(0.4) } } },
    ]);
    expectSound(page);
    expect(textOf(page)).toMatch(/Rankings of the labels of 3.181 test points/);
    expect(textOf(page)).toContain('ce 60.0 30.0 60.0 30.0 20.0 10.0 – 5.0');
    expect(textOf(page)).toContain('Recall at 3 of tail labels, %: ce 5.0; ce, post hoc 3.3.');
    expect(headingsOf(page).map(([, heading]) => heading)).toEqual(
      expect.arrayContaining(['Ranking', 'Head labels', 'Tail labels']),
    );
    expect(headingsOf(page).map(([, heading]) => heading)).not.toContain('Torso labels');
  });
});

describe('the colours', () => {
  const [light, dark] = [style, style.slice(style.indexOf('prefers-color-scheme: dark'))].map(
    (css) => (name: string) => new RegExp(`--${name}: (#\\w{6})`).exec(css)![1]!,
  );
  const luminance = (color: string): number => {
    const channels = [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16) / 255);
    const linear = channels.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
  };
  /** Contrast ratio of WCAG 2. */
  const contrast = (a: string, b: string): number => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high! + 0.05) / (low! + 0.05);
  };

  it.each([
    ['light', light!],
    ['dark', dark!],
  ])('stand out on a %s page: 4.5 for text, 3 for lines and marks', (_, color) => {
    for (const text of ['ink', 'muted', 'accent'])
      expect(contrast(color(text), color('page')), text).toBeGreaterThan(4.5);
    expect(contrast(color('ink'), color('notice'))).toBeGreaterThan(4.5);
    expect(contrast(color('on-heat'), color('heat'))).toBeGreaterThan(4.5);
    for (let slot = 1; slot <= 8; slot++) {
      expect(contrast(color(`series-${slot}`), color('page')), `series ${slot}`).toBeGreaterThan(3);
    }
  });
});

import { confidenceChart, reliabilityChart } from '../charts/calibration.js';
import type { Chart } from '../charts/theme.js';
import { fixed, listed, percent, quantity, withSpread } from '../format.js';
import type { Block, Figure, Section } from '../section.js';
import { adjustedSeries, rawSeries, spreadOf } from '../selection.js';
import type { Series, Study } from '../study.js';

/** How far confidences can be trusted. */
export function calibration(study: Study): Section | null {
  const raw = rawSeries(study);
  const adjusted = adjustedSeries(study);
  const figures = [
    figure('Reliability, raw', raw, reliabilityChart(raw), reliability(raw)),
    ...(adjusted
      ? [figure('Reliability, adjusted where a method is', adjusted, reliabilityChart(adjusted), reliability(adjusted))]
      : []),
    figure('Confidence, raw', raw, confidenceChart(raw), 'How the test items spread over confidences, in 15 bins.'),
  ].filter((one) => one !== null);
  if (figures.length === 0) return null;
  const legend = adjusted === null ? raw : [...raw, ...adjusted.filter(({ treatment }) => treatment !== 'raw')];
  return { title: 'Calibration', blocks: [{ type: 'figures', legend, figures }, ...groupTable(study)] };
}

function figure(title: string, series: readonly Series[], chart: Chart | null, caption: string): Figure | null {
  return chart === null || series.length === 0 ? null : { title, caption, chart };
}

function reliability(series: readonly Series[]): string {
  const errors = series.flatMap((one) => {
    const ece = spreadOf(one, (scores) => scores.ece);
    return ece === null ? [] : [`${one.label} ${withSpread(ece, percent)}`];
  });
  return `Below the dotted diagonal a model is more confident than right. Expected calibration error, %: ${listed(errors)}.`;
}

/** Calibration by group, for runs that record it. */
function groupTable({ series }: Study): Block[] {
  const measures = [
    ['ECE, %', 'ece', percent],
    ['NLL, nats', 'nll', quantity],
    ['Brier', 'brier', (value: number) => fixed(value, 3)],
  ] as const;
  const parts = (['head', 'torso', 'tail'] as const).flatMap((group) =>
    measures.map(([head, key, format]) => ({
      head: `${group}: ${head}`,
      format,
      measure: (one: Series) => spreadOf(one, (scores) => scores.groups[group]?.[key]),
    })),
  );
  const used = parts.filter(({ measure }) => series.some((one) => measure(one) !== null));
  if (used.length === 0) return [];
  const rows = series.map((one) => [
    one.label,
    ...used.map(({ measure, format }) => ({
      text: withSpread(measure(one), format),
      value: measure(one)?.mean ?? null,
    })),
  ]);
  const caption = 'Calibration of the test items of head, torso and tail classes';
  const table = { type: 'table', caption, columns: ['Method', ...used.map(({ head }) => head)], rows } as const;
  return [{ type: 'details', summary: 'Calibration of head, torso and tail classes', blocks: [table] }];
}

import { coefficientChart, coefficientsIn, profileChart, seriesAt } from '../charts/kernel.js';
import { fixed, listed } from '../format.js';
import type { Figure, Section } from '../section.js';
import { drawnMethods } from '../selection.js';
import { spread } from '../statistics.js';
import { unscored, type Method, type Study } from '../study.js';

/** What has become of learnt kernels. */
export function kernel(study: Study): Section | null {
  const drawn = drawnMethods(study);
  const learnt = study.methods.filter(({ slot, runs }) => drawn.has(slot) && runs.some(isLearnt));
  if (learnt.length === 0) return null;
  const series = learnt.map((method) => unscored(method));
  const profile: Figure = {
    title: 'Kernel after training',
    caption:
      'The learnt kernel of each run against the cosine of feature and class weight. ' +
      'Only where it falls can it decide otherwise than a cosine classifier.',
    chart: profileChart(series),
  };
  return {
    title: 'Kernel',
    blocks: [
      { type: 'figures', legend: series, figures: [profile] },
      { type: 'figures', legend: [], figures: learnt.map(coefficients) },
    ],
  };
}

function isLearnt({ epochs }: Method['runs'][number]): boolean {
  return coefficientsIn(epochs.at(-1)).length > 0;
}

function coefficients(method: Method): Figure {
  const last = method.runs.map(({ epochs }) => coefficientsIn(epochs.at(-1))).filter(({ length }) => length > 0);
  const means = last[0]!.map((_, m) => spread(last.map((values) => values[m]))?.mean ?? 0);
  const told = listed(means.map((value, m) => `t^${m + 1} ${fixed(value, 3)}`));
  const least = fixed(Math.min(...Array.from({ length: 201 }, (_, i) => seriesAt(means, -1 + i / 100))), 3);
  return {
    title: method.label,
    caption: `Coefficients over epochs, stacked; at the end ${told}. The smallest value of the mean kernel is ${least}.`,
    chart: coefficientChart(method),
  };
}

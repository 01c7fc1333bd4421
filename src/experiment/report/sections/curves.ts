import { curveChart, curvePoints, evaluated, evaluatedSplits, numberIn, type CurveSource } from '../charts/curves.js';
import { fixed, listed, quantity } from '../format.js';
import type { Figure, Section } from '../section.js';
import { drawnMethods } from '../selection.js';
import { unscored, type Method, type Series, type Study } from '../study.js';

/** Curves that a caption puts into words. */
const TOLD = 4;

/** Loss and accuracy over epochs; runs that are not finished are there as far as they came. */
export function curves(study: Study): Section | null {
  const drawn = drawnMethods(study);
  const methods = study.methods.filter(({ slot }) => drawn.has(slot));
  const raw = methods.map((method) => unscored(method));
  const posthoc = methods.filter(isAdjusted).map((method) => unscored(method, 'posthoc'));
  const split = splitsOf(study);
  const loss = from(raw, (record) => numberIn(record, 'loss'));
  const evaluatedLoss = from(raw, (record) => evaluated(record, 'Loss'));
  const accuracy = [
    ...from(raw, (record) => evaluated(record, 'BalancedAccuracy')),
    ...from(posthoc, (record) => evaluated(record, 'PosthocBalancedAccuracy')),
  ];
  const figures = [
    figure('Training loss', 'nats', loss),
    figure(`Loss on the ${split}`, 'nats', evaluatedLoss),
    figure(`Balanced accuracy on the ${split}`, '%', accuracy.map(inPercent)),
  ].filter((one) => one !== null);
  if (figures.length === 0) return null;
  return {
    title: 'Training',
    blocks: [
      { type: 'note', text: note(study) },
      { type: 'figures', legend: [...raw, ...posthoc], figures },
    ],
  };
}

type Read = CurveSource['value'];

function from(series: readonly Series[], value: Read): CurveSource[] {
  return series.map((one) => ({ series: one, value }));
}

/** Whether post-hoc accuracies were recorded that differ from the raw ones. */
function isAdjusted({ runs }: Method): boolean {
  return runs.some(({ epochs }) =>
    epochs.some((record) => evaluated(record, 'PosthocBalancedAccuracy') !== evaluated(record, 'BalancedAccuracy')),
  );
}

function inPercent({ series, value }: CurveSource): CurveSource {
  const times = (share: number | null): number | null => (share === null ? null : 100 * share);
  return { series, value: (record) => times(value(record)) };
}

function splitsOf({ runs }: Study): string {
  const names = { holdout: 'hold-out', test: 'test set' };
  const seen = evaluatedSplits.filter((split) =>
    runs.some(({ epochs }) => epochs.some((record) => numberIn(record, `${split}BalancedAccuracy`) !== null)),
  );
  return seen.map((split) => names[split]).join(' or ') || 'test set';
}

function figure(title: string, unit: 'nats' | '%', sources: readonly CurveSource[]): Figure | null {
  const chart = curveChart(sources, unit, unit === '%');
  if (chart === null) return null;
  const text = (value: number): string => (unit === '%' ? fixed(value, 1) : quantity(value));
  const ends = sources.flatMap((source) => {
    const mean = curvePoints(source).filter(({ run }) => run === 'mean');
    const [first, last] = [mean[0], mean.at(-1)];
    if (first === undefined || last === undefined) return [];
    return [`${source.series.label} from ${text(first.value)} to ${text(last.value)} at epoch ${last.epoch}`];
  });
  const more = ends.length > TOLD ? `, and ${ends.length - TOLD} more` : '';
  return { title, caption: ends.length === 0 ? '' : `In ${unit}: ${listed(ends.slice(0, TOLD))}${more}.`, chart };
}

function note({ methods, runs }: Study): string {
  const several = methods.some((method) => method.runs.length > 1);
  const losses = new Set(methods.map(({ config }) => config['loss'])).size > 1;
  const watched = runs.every(({ config }) => config['holdout'] === 0);
  return [
    ...(several ? ['Pale lines are single runs, strong ones the mean of a method over its finished runs.'] : []),
    ...(losses
      ? ['Training losses of different methods are different quantities: compare their course, not their height.']
      : []),
    ...(watched ? ['Without a hold-out the test set is only watched during training: it chooses nothing.'] : []),
  ].join(' ');
}

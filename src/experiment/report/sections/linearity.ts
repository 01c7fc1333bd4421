import { layerChart, type LayerValue } from '../charts/layers.js';
import { listed, quantity, withSpread } from '../format.js';
import type { RecordedRun } from '../records.js';
import type { Block, Figure, Section } from '../section.js';
import { drawnMethods } from '../selection.js';
import { spread, type Spread } from '../statistics.js';
import { unscored, type Method, type Series, type Study } from '../study.js';

const measures = [
  {
    key: 'gapOverSpread',
    title: 'Gap over spread',
    about: 'does not change where a layer is scaled, rotated or shifted',
  },
  {
    key: 'gapOverMean',
    title: 'Gap over the norm of the mean',
    about: 'does not change where a layer is scaled or rotated',
  },
  { key: 'cosineDistance', title: 'Cosine distance', about: 'looks at directions alone' },
  { key: 'gap', title: 'Gap', about: 'grows with the square of the activations' },
] as const;

/** The two that can rank networks in opposite ways. */
const drawnMeasures = [measures[0], measures[3]];

type Linearity = NonNullable<NonNullable<RecordedRun['report']>['linearity']>[number];

/** How linear the layers of networks are between examples, where runs have measured it. */
export function linearity(study: Study): Section | null {
  const methods = study.methods.filter(({ runs }) => runs.some((run) => layersOf(run).length > 0));
  if (methods.length === 0) return null;
  const layers = [
    ...new Set(methods.flatMap(({ runs }) => runs.flatMap((run) => layersOf(run).map(({ layer }) => layer)))),
  ];
  const drawn = drawnMethods(study);
  const series = methods.filter(({ slot }) => drawn.has(slot)).map((method) => unscored(method));
  const tables = measures.map(({ key, title, about }): Block => ({
    type: 'table',
    caption: `${title}: ${about}`,
    columns: ['Method', ...layers],
    rows: methods.map((method) => [
      method.label,
      ...layers.map((layer) => {
        const value = valueOf(method, layer, key);
        return { text: withSpread(value, quantity), value: value?.mean ?? null };
      }),
    ]),
  }));
  return {
    title: 'Linearity between examples',
    blocks: [
      {
        type: 'note',
        text:
          'For mixtures of two test examples with uniform shares: how far the activation of the mixture lies from the mixture of the ' +
          'activations, the mean squared distance (gap) alone and over the spread of the activations. 0 is a layer that is linear there. ' +
          'Which network is the more linear one may depend on the measure.',
      },
      {
        type: 'figures',
        legend: series,
        figures: drawnMeasures.map(({ key, title }) => figure(series, layers, key, title)),
      },
      { type: 'details', summary: 'All four measures', blocks: tables },
    ],
  };
}

function layersOf({ report }: RecordedRun): readonly Linearity[] {
  return report?.linearity ?? [];
}

function valueOf({ runs }: Method, layer: string, key: keyof Omit<Linearity, 'layer'>): Spread | null {
  return spread(runs.map((run) => layersOf(run).find((one) => one.layer === layer)?.[key]));
}

function figure(
  series: readonly Series[],
  layers: readonly string[],
  key: keyof Omit<Linearity, 'layer'>,
  title: string,
): Figure {
  const values = series.flatMap((one) =>
    layers.flatMap((layer): LayerValue[] => {
      const mean = valueOf(one.method, layer, key)?.mean ?? 0;
      return mean > 0 ? [{ series: one, layer, value: mean }] : [];
    }),
  );
  const last = layers.at(-1)!;
  const told = series.slice(0, 4).flatMap((one) => {
    const at = (layer: string) => values.find((value) => value.series === one && value.layer === layer);
    const [first, end] = [at(layers[0]!), at(last)];
    return first && end ? [`${one.label} ${quantity(first.value)} and ${quantity(end.value)}`] : [];
  });
  return {
    title,
    caption: `Mean over runs, by layer from the input on. In ${layers[0]!} and ${last}: ${listed(told)}.`,
    chart: layerChart(values, layers, title.toLowerCase()),
  };
}

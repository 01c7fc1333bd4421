import type { Series } from '../study.js';
import { chart, seriesEncoding, yAxis, type Chart } from './theme.js';

/** A number of a layer, for one series. */
export interface LayerValue {
  readonly series: Series;
  /** Name of the layer. */
  readonly layer: string;
  /** Above 0. */
  readonly value: number;
}

/** One line a series over the layers, in the order of the network; the numbers may span decades. */
export function layerChart(values: readonly LayerValue[], layers: readonly string[], title: string): Chart {
  const series = [...new Set(values.map((value) => value.series))];
  const { color, strokeDash, shape, detail } = seriesEncoding(series);
  const x = {
    field: 'layer',
    type: 'nominal',
    sort: null,
    scale: { domain: layers },
    axis: { title: null, labelAngle: layers.length > 6 ? -60 : 0, labelLimit: 90 },
  };
  const y = { field: 'value', type: 'quantitative', scale: { type: 'log' }, axis: yAxis(title) };
  const [line, point] = ['line', 'point'].map((mark) => ({
    mark: mark === 'line' ? { type: 'line' } : { type: 'point', filled: true, size: 30 },
    encoding: { x, y, color, detail, ...(mark === 'line' ? { strokeDash } : { shape }) },
  }));
  const data = { values: values.map(({ series: { label }, ...rest }) => ({ series: label, ...rest })) };
  return chart({ data, layer: [line, point] }, layers.length > 6 ? 280 : 220);
}

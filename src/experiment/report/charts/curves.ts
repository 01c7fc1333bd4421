import type { EpochRecord } from '../../runFolder.js';
import { spread } from '../statistics.js';
import type { Method, Series } from '../study.js';
import { chart, seriesEncoding, yAxis, type Chart } from './theme.js';

/** A point of a curve. */
export interface CurvePoint {
  /** Label of the series. */
  readonly series: string;
  /** The run, or `mean` over the finished runs of the method. */
  readonly run: string;
  /** Epochs completed. */
  readonly epoch: number;
  /** The number of that epoch. */
  readonly value: number;
}

/** One number of an epoch as a series: `name` gives it, `null` where the epoch does not have it. */
export interface CurveSource {
  /** Whose curve, and how it is drawn. */
  readonly series: Series;
  /** Reads the number. */
  readonly value: (record: EpochRecord) => number | null;
}

/** A number that a record may hold; `null` for what is missing or not finite. */
export function numberIn(record: EpochRecord, name: string): number | null {
  const value = record[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Splits that a run may be evaluated on while it trains, the one that chooses first. */
export const evaluatedSplits = ['holdout', 'test'] as const;

/** A number of the evaluation after an epoch: of the hold-out where there is one, else of the test set. */
export function evaluated(record: EpochRecord, name: string): number | null {
  return evaluatedSplits.map((split) => numberIn(record, `${split}${name}`)).find((value) => value !== null) ?? null;
}

/** Curves of each run, and their mean over the finished runs of a method that has several. */
export function curvePoints({ series, value }: CurveSource): CurvePoint[] {
  const { runs } = series.method;
  const single = runs.map(({ name, epochs }) => pointsOf(series.label, name, epochs, value));
  return runs.length === 1
    ? named(single.flat())
    : [...single.flat(), ...meanPoints(series.method, series.label, value)];
}

/** The only run of a method stands for its mean. */
function named(points: readonly CurvePoint[]): CurvePoint[] {
  return points.map((point) => ({ ...point, run: 'mean' }));
}

function pointsOf(
  series: string,
  run: string,
  epochs: readonly EpochRecord[],
  valueOf: CurveSource['value'],
): CurvePoint[] {
  return epochs.flatMap((record) => {
    const value = valueOf(record);
    return value === null ? [] : [{ series, run, epoch: record.epoch, value }];
  });
}

/** Only of epochs that all of them have: a run that ends early would make the mean jump. */
function meanPoints({ runs }: Method, series: string, valueOf: CurveSource['value']): CurvePoint[] {
  const finished = runs.filter(({ report }) => report !== null);
  const epochs = [...new Set(finished.flatMap((run) => run.epochs.map(({ epoch }) => epoch)))];
  return epochs.flatMap((epoch) => {
    const records = finished.map((run) => run.epochs.find((record) => record.epoch === epoch));
    const values = records.map((record) => (record ? valueOf(record) : null));
    return values.includes(null) ? [] : [{ series, run: 'mean', epoch, value: spread(values)!.mean }];
  });
}

/** Curves over epochs: one line a run, pale, and the mean of a method over it; `null` without a point. */
export function curveChart(sources: readonly CurveSource[], title: string, fromZero: boolean): Chart | null {
  const values = sources.flatMap(curvePoints);
  if (values.length === 0) return null;
  const last = Math.max(...values.map(({ epoch }) => epoch));
  const { color, shape, strokeDash, detail } = seriesEncoding(sources.map(({ series }) => series));
  const few = new Set(values.map(({ epoch }) => epoch)).size <= 10;
  const isMean = { filter: "datum.run === 'mean'" };
  return chart({
    data: { values },
    encoding: {
      x: {
        field: 'epoch',
        type: 'quantitative',
        scale: { domain: [few ? 1 : 0, Math.max(last, 2)], nice: false },
        axis: { title: 'epoch', format: 'd', tickMinStep: 1 },
      },
      y: { field: 'value', type: 'quantitative', scale: { zero: fromZero }, axis: yAxis(title) },
      color,
      detail: [detail, { field: 'run', type: 'nominal' }],
    },
    layer: [
      {
        transform: [{ filter: "datum.run !== 'mean'" }],
        mark: { type: 'line', strokeWidth: 1, opacity: 0.4 },
        encoding: { strokeDash },
      },
      { transform: [isMean], mark: 'line', encoding: { strokeDash } },
      ...(few ? [{ transform: [isMean], mark: { type: 'point', filled: true, size: 30 }, encoding: { shape } }] : []),
    ],
  });
}

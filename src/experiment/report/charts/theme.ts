import type { TopLevelSpec } from 'vega-lite';
import type { Series } from '../study.js';

/** A chart as vega-lite describes it. */
export type Chart = TopLevelSpec;

/** Width of every chart in pixels: that of a phone, so that its text keeps its size there. */
const WIDTH = 350;

/** Methods that one chart can tell apart by colour. */
export const COLORS = 8;

/** Marks of the methods, as paths in a square from -1 to 1: told apart without colour. */
export const shapes = [
  'M-1,0A1,1,0,1,1,1,0A1,1,0,1,1,-1,0Z',
  'M-.9,-.9H.9V.9H-.9Z',
  'M0,-1.1L1.1,.9H-1.1Z',
  'M0,-1.2L1.2,0L0,1.2L-1.2,0Z',
  'M0,1.1L1.1,-.9H-1.1Z',
  'M-1.2,-.4H-.4V-1.2H.4V-.4H1.2V.4H.4V1.2H-.4V.4H-1.2Z',
  'M-1.1,0L.9,-1.1V1.1Z',
  'M1.1,0L-.9,-1.1V1.1Z',
] as const;

/** Colour of a method: a variable of the page, which has one value for light and one for dark. */
export function colorOf({ method }: Series): string {
  return `var(--series-${(method.slot % COLORS) + 1})`;
}

/** Mark of a method. */
export function shapeOf({ method }: Series): string {
  return shapes[method.slot % COLORS]!;
}

/** Raw scores are drawn solid, adjusted ones dashed. */
export function dashOf({ treatment }: Series): readonly [number, number] {
  return treatment === 'raw' ? [1, 0] : treatment === 'posthoc' ? [5, 3] : [2, 2];
}

/** Colour, mark and dash of series by their label, without a legend: the page has one of its own that wraps. */
export function seriesEncoding(series: readonly Series[]) {
  const domain = series.map(({ label }) => label);
  const channel = <T>(range: T[]) =>
    ({ field: 'series', type: 'nominal', scale: { domain, range }, legend: null }) as const;
  return {
    color: channel(series.map(colorOf)),
    shape: channel(series.map(shapeOf)),
    strokeDash: channel(series.map((one) => [...dashOf(one)])),
    detail: { field: 'series', type: 'nominal' },
  } as const;
}

/** A vertical axis with its title above it, where it can be read without turning the head. */
export function yAxis(title: string) {
  return {
    title,
    titleAngle: 0,
    titleAnchor: 'end',
    titleAlign: 'left',
    titleX: 0,
    titleY: -10,
    tickCount: 5,
  } as const;
}

/** Completes a chart with the size and the colours of all; text and lines take their colours from the page. */
export function chart(part: object, height = 220): Chart {
  return {
    width: WIDTH,
    height,
    autosize: { type: 'fit', contains: 'padding' },
    padding: { left: 2, right: 8, top: 4, bottom: 2 },
    config: {
      aria: false, // the figure has a caption, and a table holds the numbers
      background: 'transparent',
      font: 'inherit',
      axis: {
        labelColor: 'var(--muted)',
        titleColor: 'var(--muted)',
        labelFontSize: 11,
        titleFontSize: 11,
        titleFontWeight: 400,
        gridColor: 'var(--grid)',
        domainColor: 'var(--axis)',
        tickColor: 'var(--axis)',
        tickSize: 3,
        labelPadding: 4,
        labelFlush: false,
      },
      axisX: { grid: false },
      axisY: { domain: false, ticks: false },
      view: { stroke: null },
      line: { strokeWidth: 2 },
    },
    ...part,
  } as Chart;
}

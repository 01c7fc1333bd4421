import type { Chart } from './charts/theme.js';
import type { Series, Study } from './study.js';

/** A chart with what it says in words. */
export interface Figure {
  /** What it shows. */
  readonly title: string;
  /** What is seen, in words, with its numbers. */
  readonly caption: string;
  /** The chart. */
  readonly chart: Chart;
}

/** A cell of a table: text, or text with the number that sorting goes by. */
export type Cell = string | { readonly text: string; readonly value: number | null };

/** A table; the first column heads its rows. */
export interface Table {
  /** What it holds. */
  readonly caption: string;
  /** Heads of the columns. */
  readonly columns: readonly string[];
  /** Cells, row by row. */
  readonly rows: readonly (readonly Cell[])[];
}

/** A piece of a section; text is plain and escaped when the page is made. */
export type Block =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'figures'; readonly legend: readonly Series[]; readonly figures: readonly Figure[] }
  | ({ readonly type: 'table' } & Table)
  | { readonly type: 'details'; readonly summary: string; readonly blocks: readonly Block[] };

/** A part of a report. */
export interface Section {
  /** Heading. */
  readonly title: string;
  /** What it consists of. */
  readonly blocks: readonly Block[];
}

/** Makes a section of a study, or `null` where the runs have nothing for it. */
export type SectionOf = (study: Study) => Section | null;

import { DataFormatError } from '../../core/index.js';
import { repeatedIn } from '../repeated.js';
import type { GrowingArray } from './growingArray.js';
import type { TextLine } from './textLines.js';

/** The first line of a file. */
export interface XcHeader {
  readonly points: number;
  readonly features: number;
  readonly labels: number;
}

const LARGEST = 2 ** 31 - 1; // indices and offsets are int32
const MOST_LABELS = 2 ** 24; // each gets a name, however short the file; the largest published set has three million

/** Takes the numbers of points, features and labels from the first line. */
export function parseHeader({ text, where }: TextLine): XcHeader {
  const numbers = /^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/.exec(text)?.slice(1).map(Number);
  if (numbers?.every((number) => number >= 1 && number <= LARGEST)) {
    const [points, features, labels] = numbers as [number, number, number];
    if (labels > MOST_LABELS) throw new DataFormatError(where, `at most ${MOST_LABELS} labels`, labels);
    return { points, features, labels };
  }
  const hint = 'Some older files lack the header: put it before the points';
  throw new DataFormatError(
    where,
    'a header "points features labels" of three positive whole numbers',
    quoted(text),
    hint,
  );
}

/** Adds the labels and the features of a point to where they are collected. */
export function parsePoint(
  { text, where }: TextLine,
  header: XcHeader,
  labels: GrowingArray<Int32Array>,
  columns: GrowingArray<Int32Array>,
  values: GrowingArray<Float32Array>,
): void {
  const [labelStart, columnStart] = [labels.size, columns.size];
  const [first = '', ...entries] = text.split(/[ \t]+/);
  if (first.includes(':')) {
    throw new DataFormatError(where, 'labels first', quoted(first), 'A point without labels begins with a space');
  }
  if (first !== '') {
    for (const label of first.split(',')) labels.push(indexOf(label, where, 'a label', header.labels));
  }
  for (const entry of entries) {
    if (entry === '') continue; // a space at the end of the line
    const colon = entry.indexOf(':');
    if (colon < 0) throw new DataFormatError(where, 'feature:value', quoted(entry));
    columns.push(indexOf(entry.slice(0, colon), where, 'a feature', header.features));
    values.push(valueOf(entry.slice(colon + 1), where));
  }
  refuseTwice(repeatedIn(labels.from(labelStart)), where, 'labels');
  refuseTwice(repeatedIn(columns.from(columnStart)), where, 'features');
}

function indexOf(text: string, where: string, what: string, bound: number): number {
  const index = /^\d+$/.test(text) ? Number(text) : NaN;
  if (index < bound) return index;
  throw new DataFormatError(where, `${what} in 0..${bound - 1}`, Number.isNaN(index) ? quoted(text) : index);
}

const numberPattern = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/** Values are kept in single precision, so what is not finite there is refused. */
function valueOf(text: string, where: string): number {
  const value = numberPattern.test(text) ? Math.fround(Number(text)) : NaN;
  if (Number.isFinite(value)) return value;
  throw new DataFormatError(where, 'a finite single-precision number after the colon', quoted(text));
}

function refuseTwice(index: number | undefined, where: string, what: string): void {
  if (index !== undefined) throw new DataFormatError(where, `distinct ${what}`, `${index} twice`);
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}

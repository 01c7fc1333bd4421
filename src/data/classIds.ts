import { DataFormatError } from '../core/index.js';

/** How a row that cannot be used is refused: it throws, or notes the row, which is then left out. */
export type RefuseRow = (where: string, expected: string, got: unknown) => void;

/** The refusal of whoever asked for no other. */
export const throwRow: RefuseRow = (where, expected, got) => {
  throw new DataFormatError(where, expected, got);
};

/** Labels as a file has them, with a name for the place of each. */
export interface RawLabels {
  /** The file or folder. */
  readonly path: string;
  /** Names of classes, or their numbers as text. */
  readonly labels: readonly string[];
  /** Where the label of an example stands, for messages. */
  at(index: number): string;
}

/**
 * The classes that training labels name: `0..C-1` where every label is a whole number, else the sorted names.
 *
 * @throws DataFormatError If there are fewer than 2 classes, or a number is so large that most classes would be empty.
 */
export function classNamesOf(raw: RawLabels): string[] {
  const { labels, path } = raw;
  const distinct = [...new Set(labels)];
  if (distinct.length < 2) {
    throw new DataFormatError(path, 'examples of at least 2 classes', distinct.length === 0 ? 'none' : distinct[0]);
  }
  if (!distinct.every((label) => /^\d+$/.test(label))) return distinct.sort();
  const largest = distinct.reduce((most, label) => Math.max(most, Number(label)), 0);
  if (largest >= labels.length) {
    const where = raw.at(labels.findIndex((label) => Number(label) === largest));
    const hint = 'Number the classes from 0 without gaps, or give them names';
    throw new DataFormatError(where, `a label below ${labels.length}, the number of examples`, largest, hint);
  }
  return Array.from({ length: largest + 1 }, (_, y) => String(y));
}

/**
 * The class ids of labels.
 *
 * @param refuse What happens to a label that is none of the classes; where it returns, the id is -1. Default: it throws a
 *   DataFormatError that names the place.
 */
export function classIdsOf(raw: RawLabels, classNames: readonly string[], refuse: RefuseRow = throwRow): Int32Array {
  const ids = new Map(classNames.map((name, y) => [name, y]));
  const numbered = classNames.every((name, y) => name === String(y));
  return Int32Array.from(raw.labels, (label, index) => {
    const id = ids.get(numbered && /^\d+$/.test(label) ? String(Number(label)) : label);
    if (id !== undefined) return id;
    const classes = numbered ? `0..${classNames.length - 1}` : abridged(classNames);
    refuse(raw.at(index), `a class of the training data (${classes})`, JSON.stringify(label));
    return -1;
  });
}

/** The names for a message: not all of very many. */
export function abridged(names: readonly string[]): string {
  return names.length <= 10 ? names.join(', ') : `${names.slice(0, 10).join(', ')} and ${names.length - 10} more`;
}

import type { ClassificationResult } from '../metrics/index.js';

/** Fewer items than this say nothing about an order. */
const LEAST_ITEMS = 50;
/** Standard errors above chance from which labels and scores agree. */
const AGREEMENT = 3;

/**
 * What is suspicious about labels and scores that agree no better than if the rows were in another order; `null` if nothing.
 *
 * Independent rows agree with probability `sum_k P(label = k) P(prediction = k)`, which is chance here. Where a renaming of
 * the classes would agree far better, the columns are in another order instead. Without a confusion matrix nothing is said.
 */
export function disagreement({ confusion, examples, accuracy }: ClassificationResult): string | null {
  if (confusion === null || examples < LEAST_ITEMS) return null;
  const rows = confusion.map(sum);
  const columns = confusion.map((_, k) => sum(confusion.map((row) => row[k]!)));
  const chance = sum(rows.map((count, k) => (count * columns[k]!) / examples ** 2));
  const deviation = Math.sqrt((chance * (1 - chance)) / examples);
  if (accuracy > chance + AGREEMENT * deviation) return null;
  const said = `accuracy is ${percent(accuracy)}, and independent rows would have ${percent(chance)}`;
  const renamed = renamedAccuracy(confusion, examples);
  // The best of many renamings is above chance by itself, hence the wider margin.
  return renamed !== null && renamed > 2 * chance + 2 * AGREEMENT * deviation
    ? `${said}, while with the classes renamed it would be ${percent(renamed)}: are the columns in the order of the labels?`
    : `${said}: are scores and labels in the same order?`;
}

/** Accuracy if each prediction stood for its most frequent label; `null` where two would stand for the same. */
function renamedAccuracy(confusion: readonly (readonly number[])[], examples: number): number | null {
  const predicted = confusion.map((_, k) => k).filter((k) => confusion.some((row) => row[k]! > 0));
  const labelOf = predicted.map((k) => {
    const column = confusion.map((row) => row[k]!);
    return column.indexOf(Math.max(...column));
  });
  if (predicted.length < 2 || new Set(labelOf).size < predicted.length) return null;
  return sum(predicted.map((k, i) => confusion[labelOf[i]!]![k]!)) / examples;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

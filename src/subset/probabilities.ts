import { checkNumber, InvalidArgumentError } from '../core/index.js';

/** How probabilities lie. */
export interface ProbabilityOptions {
  /** Number of classes C, at least 2. */
  readonly numClasses: number;
}

/** How far the sum of a row may be from 1: float32 softmax over many classes loses some digits, a forgotten softmax far more. */
const SUM_TOLERANCE = 1e-3;

/** Number of rows of probabilities `[n, C]`; throws unless each row is a distribution. */
export function checkProbabilities(where: string, probabilities: ArrayLike<number>, numClasses: number): number {
  checkNumber(where, 'numClasses', numClasses, { min: 2, integer: true });
  const size = probabilities.length / numClasses;
  if (!Number.isInteger(size) || size === 0) {
    const expected = `probabilities [n, ${numClasses}] with n at least 1, row by row`;
    throw new InvalidArgumentError(where, expected, `${probabilities.length} numbers`);
  }
  for (let row = 0; row < size; row++) {
    const start = row * numClasses;
    let sum = 0;
    for (let c = 0; c < numClasses; c++) {
      const p = probabilities[start + c]!;
      if (!(p >= 0)) {
        throw new InvalidArgumentError(where, 'probabilities of at least 0', `${p} in row ${row}, class ${c}`);
      }
      sum += p;
    }
    if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
      const hint = 'Logits become probabilities by a softmax over each row';
      throw new InvalidArgumentError(where, `rows that sum to 1, up to ${SUM_TOLERANCE}`, `${sum} in row ${row}`, hint);
    }
  }
  return size;
}

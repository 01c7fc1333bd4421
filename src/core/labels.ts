import { checkNumber } from './checks.js';

/** Throws unless every label is an integer in `0..numClasses-1`. */
export function checkLabels(where: string, labels: ArrayLike<number>, numClasses: number): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (Number.isInteger(label) && label >= 0 && label < numClasses) continue;
    checkNumber(where, `labels[${i}]`, label, { min: 0, max: numClasses - 1, integer: true });
  }
}

/** The positions of each class, ascending; `labels` are checked by the caller. */
export function positionsByClass(labels: ArrayLike<number>, numClasses: number): number[][] {
  const positions: number[][] = Array.from({ length: numClasses }, () => []);
  for (let i = 0; i < labels.length; i++) positions[labels[i]!]!.push(i);
  return positions;
}

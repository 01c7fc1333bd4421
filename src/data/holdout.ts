import { checkLabels, checkNumber, InvalidArgumentError, positionsByClass } from '../core/index.js';
import type { RandomStream } from '../core/index.js';

/** Options of {@link stratifiedHoldout}. */
export interface HoldoutOptions {
  /** Share of each class to hold out, between 0 and 1, both excluded. */
  readonly fraction: number;
  /** Number of classes C. */
  readonly numClasses: number;
  /** Draws which examples are held out; equal streams hold out equal examples. */
  readonly random: RandomStream;
}

/** What {@link stratifiedHoldout} returns: positions in the labels, ascending; together they are all of them. */
export interface HoldoutSplit {
  /** Positions that stay for training. */
  readonly train: Int32Array;
  /** Positions held out. */
  readonly holdout: Int32Array;
}

/**
 * Splits examples class by class: of `n` examples `round(fraction * n)` are held out, but at least one on each side.
 *
 * @param labels Class ids `[N]` in `0..numClasses-1`.
 * @param options `fraction`, `numClasses` and `random`.
 * @returns Positions of both sides.
 * @throws InvalidArgumentError If a label or the fraction is out of range, or a class has fewer than two examples.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { stratifiedHoldout } from 'tfjs-longtail/data';
 * const labels = [0, 0, 0, 0, 1, 1];
 * const split = stratifiedHoldout(labels, { fraction: 0.25, numClasses: 2, random: randomStream(1) });
 * console.log(split.train.length, split.holdout.length); // 4 2
 * ```
 */
export function stratifiedHoldout(labels: ArrayLike<number>, options: HoldoutOptions): HoldoutSplit {
  const { fraction, numClasses, random } = options;
  if (!(fraction > 0 && fraction < 1)) {
    throw new InvalidArgumentError('stratifiedHoldout', 'fraction between 0 and 1, both excluded', fraction);
  }
  checkNumber('stratifiedHoldout', 'numClasses', numClasses, { min: 1, integer: true });
  checkLabels('stratifiedHoldout', labels, numClasses);
  const byClass = positionsByClass(labels, numClasses);
  const small = byClass.findIndex((positions) => positions.length < 2);
  if (small >= 0) {
    const hint = 'Leave the class out, or train without a hold-out';
    throw new InvalidArgumentError(
      'stratifiedHoldout',
      `at least 2 examples of class ${small}`,
      byClass[small]!.length,
      hint,
    );
  }
  const train: number[] = [];
  const holdout: number[] = [];
  byClass.forEach((positions, y) => {
    const held = Math.min(Math.max(1, Math.round(fraction * positions.length)), positions.length - 1);
    random
      .child(`class ${y}`)
      .permutation(positions.length)
      .forEach((chosen, rank) => (rank < held ? holdout : train).push(positions[chosen]!));
  });
  return { train: Int32Array.from(train).sort(), holdout: Int32Array.from(holdout).sort() };
}

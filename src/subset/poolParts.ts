import { checkLabels, InvalidArgumentError } from '../core/index.js';
import type { BalancedConstraintOptions } from './balancedConstraint.js';
import { groupCaps, type CapRule } from './caps.js';
import { boundaryParts, classParts, type BestClasses, type ItemParts } from './parts.js';
import { topTwoClasses } from './topTwoClasses.js';

/** What a selection is balanced over. */
export type Balance = 'none' | 'class' | 'boundary' | 'both';

/** Parts of a pool, and how a selection uses them. */
export interface PartUse {
  /** Names of the parts, `[parts]`. */
  readonly names: readonly string[];
  /** Items of the pool in each part, `[parts]`. */
  readonly pool: Int32Array;
  /** Items selected of each part, `[parts]`. */
  readonly selected: Int32Array;
  /** Most items that each part may give, `[parts]`. */
  readonly capacities: Int32Array;
}

/** What classes and boundaries are made from. */
export interface PartSource {
  /** Predicted probabilities `[n, C]`, row by row. */
  readonly probabilities: ArrayLike<number>;
  /** Number of classes, C. */
  readonly numClasses: number;
  /** True classes `[n]`, in place of the likeliest ones. */
  readonly labels?: ArrayLike<number> | undefined;
  /** Names of the classes. */
  readonly classNames?: readonly string[] | undefined;
}

/** The parts that a selection is balanced over, for {@link balancedConstraint}. */
export function balancedParts(
  source: PartSource,
  balance: Balance,
  ordered: boolean,
): Pick<BalancedConstraintOptions, 'classes' | 'boundaries'> {
  if (balance === 'none') return {};
  const best = bestClassesOf('selectSubset', source);
  const { numClasses, classNames } = source;
  const options = { numClasses, ...(classNames && { classNames }) };
  return {
    ...(balance !== 'boundary' && { classes: classParts(best, options) }),
    ...(balance !== 'class' && { boundaries: boundaryParts(best, { ...options, ordered }) }),
  };
}

/**
 * The two classes that an item lies between: the likeliest two, or with labels the label and the likeliest other class.
 *
 * @param source Probabilities `[n, C]`, row by row, `numClasses`, and where there are some, `labels` `[n]`.
 * @returns Best and second class of each item, for {@link classParts} and {@link boundaryParts}.
 * @throws InvalidArgumentError If probabilities are none, or the labels do not fit.
 * @example
 * ```ts
 * import { bestClasses } from 'tfjs-longtail/subset';
 * const { best, second } = bestClasses({ probabilities: [0.6, 0.3, 0.1, 0.2, 0.7, 0.1], numClasses: 3, labels: [1, 1] });
 * console.log(Array.from(best), Array.from(second)); // [ 1, 1 ] [ 0, 0 ]
 * ```
 */
export function bestClasses(source: PartSource): BestClasses {
  return bestClassesOf('bestClasses', source);
}

function bestClassesOf(where: string, { probabilities, numClasses, labels }: PartSource): BestClasses {
  const predicted = topTwoClasses(probabilities, { numClasses });
  if (labels === undefined) return predicted;
  const size = predicted.best.length;
  if (labels.length !== size) throw new InvalidArgumentError(where, `${size} labels`, labels.length);
  checkLabels(where, labels, numClasses);
  const second = predicted.best.map((best, item) => (best === labels[item] ? predicted.second[item]! : best));
  return { best: labels, second };
}

/** How a selection uses parts. */
export function useOf(parts: ItemParts, rule: CapRule, budget: number, items: ArrayLike<number>): PartUse {
  const selected = new Int32Array(parts.names.length);
  for (let at = 0; at < items.length; at++) selected[parts.parts[items[at]!]!]!++;
  const { capacities } = groupCaps(rule, parts.counts, budget);
  return { names: parts.names, pool: parts.counts, selected, capacities };
}

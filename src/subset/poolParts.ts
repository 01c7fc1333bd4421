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
  readonly probabilities: ArrayLike<number>;
  readonly numClasses: number;
  readonly labels?: ArrayLike<number> | undefined;
  readonly classNames?: readonly string[] | undefined;
}

/** The parts that a selection is balanced over, for {@link balancedConstraint}. */
export function balancedParts(
  source: PartSource,
  balance: Balance,
  ordered: boolean,
): Pick<BalancedConstraintOptions, 'classes' | 'boundaries'> {
  if (balance === 'none') return {};
  const best = bestClasses(source);
  const { numClasses, classNames } = source;
  const options = { numClasses, ...(classNames && { classNames }) };
  return {
    ...(balance !== 'boundary' && { classes: classParts(best, options) }),
    ...(balance !== 'class' && { boundaries: boundaryParts(best, { ...options, ordered }) }),
  };
}

/** Best and second-best class; with labels, the label and the likeliest other class. */
function bestClasses({ probabilities, numClasses, labels }: PartSource): BestClasses {
  const predicted = topTwoClasses(probabilities, { numClasses });
  if (labels === undefined) return predicted;
  const size = predicted.best.length;
  if (labels.length !== size) throw new InvalidArgumentError('selectSubset', `${size} labels`, labels.length);
  checkLabels('selectSubset', labels, numClasses);
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

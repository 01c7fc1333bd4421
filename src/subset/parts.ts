import { checkLabels, checkNumber, InvalidArgumentError } from '../core/index.js';
import { topTwoClasses } from './topTwoClasses.js';

/** Items sorted into parts, such as by class: what {@link partitionMatroid} and {@link groupCaps} read. */
export interface ItemParts {
  /** Part of each item, `[n]`. */
  readonly parts: Int32Array;
  /** Names of the parts, `[parts]`. */
  readonly names: readonly string[];
  /** Items of each part, `[parts]`. */
  readonly counts: Int32Array;
}

/** Best and second-best class of each item, `[n]` each, as {@link topTwoClasses} gives them. */
export interface BestClasses {
  /** Class of the largest probability. */
  readonly best: ArrayLike<number>;
  /** Class of the second largest. */
  readonly second: ArrayLike<number>;
}

/** Options of {@link classParts}. */
export interface ClassPartsOptions {
  /** Number of classes C. */
  readonly numClasses: number;
  /** Names of the classes, `[C]`; their numbers where they are left out. */
  readonly classNames?: readonly string[];
}

/** Options of {@link boundaryParts}. */
export interface BoundaryPartsOptions extends ClassPartsOptions {
  /**
   * Whether the boundary of classes a and b is two parts, one on each side (default `false`). Ordered parts lie within classes, so that caps
   * on both are one laminar matroid.
   */
  readonly ordered?: boolean;
}

/**
 * A part for each class, of the items that are predicted to be of it.
 *
 * $`V_c = { i : argmax_y P_i[y] = c }`$
 *
 * @param source Probabilities `[n, C]` row by row, or the best classes of them; for labelled pools, `{ best: labels }`.
 * @param options See {@link ClassPartsOptions}.
 * @returns One part a class, empty ones included.
 * @throws InvalidArgumentError If a class is out of range, or the probabilities are not what {@link topTwoClasses} takes.
 * @example
 * ```ts
 * import { classParts } from 'tfjs-longtail/subset';
 * const { parts, names } = classParts([0.7, 0.2, 0.1, 0.1, 0.3, 0.6], { numClasses: 3 });
 * console.log(parts, names[2]); // Int32Array(2) [ 0, 2 ] class 2: 0, 2; class 2
 * ```
 * @see Ramalingam et al., arXiv 2104.12835.
 */
export function classParts(
  source: ArrayLike<number> | Pick<BestClasses, 'best'>,
  options: ClassPartsOptions,
): ItemParts {
  const { numClasses } = options;
  const nameOf = classNamer('classParts', options);
  const parts = Int32Array.from('best' in source ? source.best : topTwoClasses(source, { numClasses }).best);
  checkLabels('classParts', parts, numClasses);
  const counts = new Int32Array(numClasses);
  for (const part of parts) counts[part]!++;
  return { parts, names: Array.from(counts, (_, label) => `class ${nameOf(label)}`), counts };
}

/**
 * A part for each decision boundary, of the items whose two likeliest classes it separates.
 *
 * $`V_ab = { i : {b_i, b'_i} = {a, b} }`$, or $`(b_i, b'_i) = (a, b)`$ where ordered
 *
 * @param source Probabilities `[n, C]` row by row, or the two best classes of them.
 * @param options See {@link BoundaryPartsOptions}.
 * @returns One part for each boundary that has items, by class numbers; `boundary 1-2`, or `boundary 1>2` where ordered.
 * @throws InvalidArgumentError If a class is out of range or best and second are the same, or the probabilities are not what
 * {@link topTwoClasses} takes.
 * @example
 * ```ts
 * import { boundaryParts } from 'tfjs-longtail/subset';
 * const probabilities = [0.5, 0.4, 0.1, 0.4, 0.5, 0.1, 0.1, 0.3, 0.6];
 * console.log(boundaryParts(probabilities, { numClasses: 3 }).names); // boundary 0-1, boundary 1-2
 * console.log(boundaryParts(probabilities, { numClasses: 3, ordered: true }).names.length); // 3
 * ```
 * @see Ramalingam et al., arXiv 2104.12835.
 */
export function boundaryParts(source: ArrayLike<number> | BestClasses, options: BoundaryPartsOptions): ItemParts {
  const { numClasses, ordered = false } = options;
  const nameOf = classNamer('boundaryParts', options);
  const { best, second } = 'best' in source ? source : topTwoClasses(source, { numClasses });
  const keys = boundaryKeys(best, second, numClasses, ordered);
  const distinct = Float64Array.from(new Set(keys)).sort();
  const partOf = new Map(Array.from(distinct, (key, part) => [key, part]));
  const parts = Int32Array.from(keys, (key) => partOf.get(key)!);
  const counts = new Int32Array(distinct.length);
  for (const part of parts) counts[part]!++;
  const names = Array.from(distinct, (key) => {
    const [first, other] = [Math.floor(key / numClasses), key % numClasses];
    return `boundary ${nameOf(first)}${ordered ? '>' : '-'}${nameOf(other)}`;
  });
  return { parts, names, counts };
}

/** `a C + b` for the boundary of a and b; float64, since C * C may pass 2^31. */
function boundaryKeys(
  best: ArrayLike<number>,
  second: ArrayLike<number>,
  numClasses: number,
  ordered: boolean,
): Float64Array {
  const where = 'boundaryParts';
  if (best.length !== second.length) {
    throw new InvalidArgumentError(where, `a second class for each of ${best.length} items`, second.length);
  }
  checkLabels(where, best, numClasses);
  checkLabels(where, second, numClasses);
  return Float64Array.from(best, (a, item) => {
    const b = second[item]!;
    if (a === b)
      throw new InvalidArgumentError(where, 'two different classes for each item', `${a} twice for item ${item}`);
    return ordered || a < b ? a * numClasses + b : b * numClasses + a;
  });
}

function classNamer(where: string, { numClasses, classNames }: ClassPartsOptions): (label: number) => string {
  checkNumber(where, 'numClasses', numClasses, { min: 1, integer: true });
  if (classNames !== undefined && classNames.length !== numClasses) {
    throw new InvalidArgumentError(where, `${numClasses} class names`, classNames.length);
  }
  return (label) => classNames?.[label] ?? String(label);
}

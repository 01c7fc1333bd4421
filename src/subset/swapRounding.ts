import { InvalidArgumentError, type RandomStream } from '../core/index.js';
import type { ConstraintState, SubsetConstraint } from './constraint.js';

/**
 * One base drawn from several of equal weight, so that an item is in it as often as it is in them, and that its value under a submodular
 * function is at least that of the fractional point in expectation (Chekuri, Vondrak and Zenklusen 2010).
 *
 * @param bases Independent sets of one size.
 * @param matroid The matroid that they are bases of.
 * @param random Where the coins come from.
 * @throws InvalidArgumentError If the constraint is found out to be no matroid.
 */
export function swapRounding(
  bases: readonly (readonly number[])[],
  matroid: SubsetConstraint,
  random: RandomStream,
): number[] {
  let merged = new Set(bases[0]);
  bases.slice(1).forEach((base, index) => {
    merged = merge(merged, index + 1, new Set(base), 1, matroid, random);
  });
  return [...merged].sort((a, b) => a - b);
}

/** Makes two bases alike, one exchange at a time; the heavier one keeps its item more often. */
function merge(
  a: Set<number>,
  weightOfA: number,
  b: Set<number>,
  weightOfB: number,
  matroid: SubsetConstraint,
  random: RandomStream,
): Set<number> {
  for (const i of [...a].filter((item) => !b.has(item))) {
    const j = partnerOf(i, a, b, matroid);
    if (random.uniform() * (weightOfA + weightOfB) < weightOfA) {
      b.delete(j);
      b.add(i);
    } else {
      a.delete(i);
      a.add(j);
    }
  }
  return a;
}

/** An item j of b alone with `a - i + j` and `b - j + i` independent; the exchange axiom of bases says that there is one. */
function partnerOf(i: number, a: ReadonlySet<number>, b: ReadonlySet<number>, matroid: SubsetConstraint): number {
  const rest = without(a, i, matroid);
  for (const j of b) {
    if (!a.has(j) && rest.canAdd(j) && without(b, j, matroid).canAdd(i)) return j;
  }
  throw new InvalidArgumentError(
    'swapRounding',
    'a matroid',
    `${matroid.name}, which breaks the exchange axiom: no item may take the place of item ${i}`,
  );
}

function without(base: ReadonlySet<number>, left: number, matroid: SubsetConstraint): ConstraintState {
  const state = matroid.start();
  for (const item of base) if (item !== left) state.add(item);
  return state;
}

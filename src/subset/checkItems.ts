import { checkNumber, InvalidArgumentError } from '../core/index.js';
import type { SubsetConstraint } from './constraint.js';
import type { SubsetObjective } from './objective.js';

/** Throws unless every item is an integer in `0 .. size - 1` and none comes twice. */
export function checkItems(where: string, name: string, items: ArrayLike<number>, size: number): void {
  const seen = new Uint8Array(size);
  for (let at = 0; at < items.length; at++) {
    const item = checkNumber(where, `${name}[${at}]`, items[at], { min: 0, max: size - 1, integer: true });
    if (seen[item] === 1) throw new InvalidArgumentError(where, `each item of ${name} once`, `item ${item} twice`);
    seen[item] = 1;
  }
}

/** Throws unless a constraint is for as many items as an objective, or for any number. */
export function checkSameItems(where: string, objective: SubsetObjective, constraint: SubsetConstraint): void {
  if (constraint.size === null || constraint.size === objective.size) return;
  const expected = `a constraint on ${objective.size} items, as the objective is`;
  throw new InvalidArgumentError(where, expected, constraint.size);
}

/** Error of a state that is asked to add what it refuses. */
export function refusedItem(where: string, item: number): InvalidArgumentError {
  return new InvalidArgumentError(
    `${where}: add`,
    'an item that canAdd allows',
    item,
    'Ask canAdd first: the item is selected, out of range or held back by the constraint',
  );
}

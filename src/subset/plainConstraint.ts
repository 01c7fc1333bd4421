import { InvalidArgumentError } from '../core/index.js';
import type { SubsetConstraint } from './constraint.js';
import { CountingMatroid, type GroupForest } from './countingMatroid.js';
import { Intersection } from './intersection.js';
import { UniformMatroid } from './uniformMatroid.js';

/** A constraint as plain data, to be sent to another thread. */
export type PlainConstraint =
  | { readonly kind: 'uniform'; readonly capacity: number }
  | { readonly kind: 'counting'; readonly name: string; readonly forest: GroupForest }
  | { readonly kind: 'intersection'; readonly parts: readonly PlainConstraint[] };

/** A budget, partition and laminar matroids and intersections of them as plain data; others are refused. */
export function toPlain(where: string, constraint: SubsetConstraint): PlainConstraint {
  if (constraint instanceof UniformMatroid) return { kind: 'uniform', capacity: constraint.capacity };
  if (constraint instanceof CountingMatroid) {
    return { kind: 'counting', name: constraint.name, forest: constraint.forest };
  }
  if (constraint instanceof Intersection) {
    return { kind: 'intersection', parts: constraint.parts.map((part) => toPlain(where, part)) };
  }
  const expected = 'a budget, a partition or laminar matroid, or an intersection of these';
  throw new InvalidArgumentError(
    where,
    expected,
    constraint.name,
    'Others cannot be sent to a thread: use partitionedGreedy',
  );
}

/** The constraint that {@link toPlain} described. */
export function fromPlain(plain: PlainConstraint): SubsetConstraint {
  switch (plain.kind) {
    case 'uniform':
      return new UniformMatroid(plain.capacity);
    case 'counting':
      return new CountingMatroid(plain.name, plain.forest);
    case 'intersection':
      return new Intersection(plain.parts.map(fromPlain));
  }
}

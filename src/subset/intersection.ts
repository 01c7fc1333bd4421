import { InvalidArgumentError } from '../core/index.js';
import { refusedItem } from './checkItems.js';
import type { BindingCap, ConstraintKind, ConstraintState, SubsetConstraint } from './constraint.js';
import { truncation } from './truncation.js';
import { UniformMatroid, uniformMatroid } from './uniformMatroid.js';

/**
 * The sets that all of several constraints allow.
 *
 * `I = I_1 & I_2 & ...`
 *
 * Intersections within it are flattened, and budgets are cut into another matroid, since a matroid that is cut stays one: what is left
 * of p matroids has greedy factor `1/(p + 1)`. Partition matroids whose parts are nested are better given as one {@link laminarMatroid},
 * which is one matroid.
 *
 * @param constraints The constraints, on the same items.
 * @returns Their intersection; the constraint itself where it is one.
 * @throws InvalidArgumentError If there is none, or they are for different numbers of items.
 * @example
 * ```ts
 * import { intersection, partitionMatroid } from 'tfjs-longtail/subset';
 * const both = intersection(
 *   partitionMatroid({ parts: [0, 0, 1], capacities: 1 }),
 *   partitionMatroid({ parts: [0, 1, 1], capacities: 1 }),
 * );
 * console.log(both.structure); // { kind: 'intersection', count: 2 }
 * ```
 */
export function intersection(...constraints: readonly SubsetConstraint[]): SubsetConstraint {
  if (constraints.length === 0) throw new InvalidArgumentError('intersection', 'at least one constraint', 'none');
  checkSizes(constraints);
  if (constraints.length === 1) return constraints[0]!;
  const parts = withoutUniform(constraints.flatMap(flattened));
  return parts.length === 1 ? parts[0]! : new Intersection(parts);
}

function flattened(constraint: SubsetConstraint): readonly SubsetConstraint[] {
  return constraint instanceof Intersection ? constraint.parts : [constraint];
}

/** Cuts the first other matroid at the smallest budget; where there is none, one budget stays. */
function withoutUniform(parts: readonly SubsetConstraint[]): readonly SubsetConstraint[] {
  const budgets = parts.filter((part) => part instanceof UniformMatroid);
  if (budgets.length === 0) return parts;
  const capacity = Math.min(...budgets.map((part) => part.capacity));
  const others = parts.filter((part) => !(part instanceof UniformMatroid));
  const first = others.findIndex((part) => part.structure.kind === 'matroid');
  if (first < 0) return [uniformMatroid({ capacity }), ...others];
  return others.map((part, index) => (index === first ? truncation(part, capacity) : part));
}

function checkSizes(constraints: readonly SubsetConstraint[]): void {
  const sized = constraints.filter(({ size }) => size !== null);
  const other = sized.find(({ size }) => size !== sized[0]!.size);
  if (other === undefined) return;
  throw new InvalidArgumentError(
    'intersection',
    'constraints on the same items',
    `${sized[0]!.name} on ${sized[0]!.size} and ${other.name} on ${other.size}`,
  );
}

/** What {@link intersection} makes of two constraints or more; other files of the room look at its parts. */
export class Intersection implements SubsetConstraint {
  readonly structure: ConstraintKind;

  constructor(readonly parts: readonly SubsetConstraint[]) {
    const matroids = parts.every((part) => part.structure.kind === 'matroid');
    this.structure = matroids ? { kind: 'intersection', count: parts.length } : { kind: 'downward-closed' };
  }

  get name(): string {
    return this.parts.map((part) => part.name).join(' and ');
  }

  get size(): number | null {
    return this.parts.find((part) => part.size !== null)?.size ?? null;
  }

  get matroids(): readonly SubsetConstraint[] {
    return this.structure.kind === 'intersection' ? this.parts : [];
  }

  start(): ConstraintState {
    return new IntersectionState(
      this,
      this.parts.map((part) => part.start()),
    );
  }

  binding(items: ArrayLike<number>): readonly BindingCap[] {
    return this.parts.flatMap((part) => part.binding(items));
  }
}

class IntersectionState implements ConstraintState {
  constructor(
    private readonly constraint: Intersection,
    private readonly states: readonly ConstraintState[],
  ) {}

  get count(): number {
    return this.states[0]!.count;
  }

  canAdd(item: number): boolean {
    for (const state of this.states) if (!state.canAdd(item)) return false;
    return true;
  }

  add(item: number): void {
    if (!this.canAdd(item)) throw refusedItem(this.constraint.name, item);
    for (const state of this.states) state.add(item);
  }

  clone(): ConstraintState {
    return new IntersectionState(
      this.constraint,
      this.states.map((state) => state.clone()),
    );
  }
}

import type { ConstraintKind } from './constraint.js';
import type { ObjectiveProperties } from './objective.js';

/** How much of the best possible value a selection is sure to reach, and why. */
export interface Guarantee {
  /**
   * Proven share of the optimum for the algorithm under the constraint, in `(0, 1]`; of a radius that is to be small, optimum divided by
   * what was reached. `null` where nothing is proven.
   */
  readonly factor: number | null;
  /** Whether the conditions of the proof are met, so that the factor may be relied on. */
  readonly holds: boolean;
  /** The conditions in words, the one that fails, and the source. */
  readonly because: string;
}

/** An algorithm, with what its factor depends on. */
export type SelectionAlgorithm =
  /** Greedy in full: naive, lazy, or by decrements. */
  | {
      /** Tells it from the others. */
      readonly kind: 'greedy';
    }
  /** Greedy over a random sample of $`(n / k) ln(1 / epsilon)`$ items a step. */
  | {
      /** Tells it from the others. */
      readonly kind: 'stochastic-greedy';
      /** What was given away for speed. */
      readonly epsilon: number;
    }
  /** One pass over a stream, with a threshold per guess of the optimum. */
  | {
      /** Tells it from the others. */
      readonly kind: 'sieve-streaming';
      /** What was given away for speed. */
      readonly epsilon: number;
    }
  /** Greedy on `shards` shards, then on what they picked; the best of all of these. `random`: items went to shards at random. */
  | {
      /** Tells it from the others. */
      readonly kind: 'partitioned-greedy';
      /** Number of shards. */
      readonly shards: number;
      /** Whether items were sent to shards at random. */
      readonly random: boolean;
    }
  /** Continuous greedy with rounding; `loss` is what steps and samples may cost, as a share of the optimum. */
  | {
      /** Tells it from the others. */
      readonly kind: 'continuous-greedy';
      /** What steps and samples may cost, as a share of the optimum. */
      readonly loss: number;
    }
  /** Local search by adding up to `swaps` items and deleting those in their way, until no step gains more than `epsilon` allows. */
  | {
      /** Tells it from the others. */
      readonly kind: 'local-search';
      /** Items added at once. */
      readonly swaps: number;
      /** What was given away for speed. */
      readonly epsilon: number;
    }
  /** Farthest point first; `metric`: distances obey the triangle inequality. */
  | {
      /** Tells it from the others. */
      readonly kind: 'k-center';
      /** Whether distances obey the triangle inequality. */
      readonly metric: boolean;
    }
  /** Farthest point first, with utilities. */
  | {
      /** Tells it from the others. */
      readonly kind: 'weighted-k-center';
      /** Whether distances obey the triangle inequality. */
      readonly metric: boolean;
    }
  /** Greedy over independent sets of a threshold graph, for utility plus smallest distance. */
  | {
      /** Tells it from the others. */
      readonly kind: 'gist';
      /** What was given away for speed. */
      readonly epsilon: number;
      /** Whether distances obey the triangle inequality. */
      readonly metric: boolean;
    }
  /** Anything without a proof, such as picking at random or by margin. */
  | {
      /** Tells it from the others. */
      readonly kind: 'heuristic';
      /** Its name. */
      readonly name: string;
    };

/** Greedy's share under a cardinality constraint. */
export const oneMinusOneOverE = 1 - 1 / Math.E;

const sources = {
  cardinality: 'Nemhauser, Wolsey and Fisher 1978',
  matroids: 'Fisher, Nemhauser and Wolsey 1978',
  modular: 'Rado 1957, Edmonds 1971',
  stochastic: 'Mirzasoleiman et al. 2015',
  sieve: 'Badanidiyuru et al. 2014',
  partitioned: 'Barbosa et al. 2015',
  continuous: 'Calinescu et al. 2011',
  localSearch: 'Lee, Sviridenko and Vondrak 2010',
  center: 'Gonzalez 1985',
  weightedCenter: 'Ramalingam, Awasthi and Kumar 2023',
  gist: 'Fahrbach et al. 2025',
} as const;

/**
 * The factor that an algorithm has for an objective under a constraint, and whether its conditions are met.
 * A budget on top changes nothing: a matroid stays one when its sets are cut at a size.
 *
 * | setting, f monotone and submodular | greedy's factor |
 * |---|---|
 * | `|S| <= k` | `1 - 1/e` |
 * | one matroid | `1/2` |
 * | intersection of p matroids | `1/(p + 1)` |
 * | modular f, one matroid | `1` |
 *
 * @param algorithm What selects.
 * @param properties What holds for the objective; see {@link SubsetObjective.properties}.
 * @param structure What holds for the constraint, `{ kind: 'matroid', uniform: true }` for a budget alone; see {@link SubsetConstraint.structure}.
 * @returns The factor, whether it holds here, and why.
 * @example
 * ```ts
 * import { guaranteeOf } from 'tfjs-longtail/subset';
 * const known = { monotone: true, submodular: true };
 * const guarantee = guaranteeOf({ kind: 'greedy' }, known, { kind: 'intersection', count: 2 });
 * console.log(guarantee.factor); // 1/3
 * console.log(guarantee.because);
 * ```
 * @see Krause and Golovin, "Submodular Function Maximization", 2014, for a survey.
 */
export function guaranteeOf(
  algorithm: SelectionAlgorithm,
  properties: ObjectiveProperties,
  structure: ConstraintKind,
): Guarantee {
  switch (algorithm.kind) {
    case 'greedy':
      return greedyGuarantee(properties, structure);
    case 'stochastic-greedy':
      return onlyUnderABudget(structure, () =>
        submodular(oneMinusOneOverE - algorithm.epsilon, properties, 'in expectation, ', sources.stochastic),
      );
    case 'sieve-streaming':
      return onlyUnderABudget(structure, () =>
        submodular(0.5 - algorithm.epsilon, properties, 'in one pass, ', sources.sieve),
      );
    case 'partitioned-greedy':
      return partitionedGuarantee(algorithm, properties, structure);
    case 'continuous-greedy':
      if (structure.kind !== 'matroid') return nothing('continuous greedy is proven for one matroid, not for this');
      return submodular(
        oneMinusOneOverE - algorithm.loss,
        properties,
        'under one matroid, in expectation, ',
        sources.continuous,
      );
    case 'local-search':
      return localSearchGuarantee(algorithm, properties, structure);
    case 'k-center':
      return metricOnly(
        algorithm,
        structure,
        1 / 2,
        `the covering radius is at most twice the smallest`,
        sources.center,
      );
    case 'weighted-k-center':
      return metricOnly(
        algorithm,
        structure,
        1 / 3,
        'the weighted sum of covering radius and margins is at most three times the smallest',
        sources.weightedCenter,
      );
    case 'gist':
      return gistGuarantee(algorithm, properties, structure);
    case 'heuristic':
      return nothing(`${algorithm.name} has no proven factor`);
  }
}

function greedyGuarantee(properties: ObjectiveProperties, structure: ConstraintKind): Guarantee {
  const factor = greedyFactor(properties, structure);
  if (factor === null) return nothing('greedy is proven for matroids and their intersections, not for this constraint');
  if (properties.modular === true && factor === 1) {
    return {
      factor,
      holds: true,
      because: `greedy is optimal for a modular objective, ${underWhat(structure)} (${sources.modular})`,
    };
  }
  const source = isCardinality(structure) ? sources.cardinality : sources.matroids;
  return submodular(factor, properties, `${underWhat(structure)}, `, source);
}

/** Greedy's factor if all conditions on the objective are met; `null` where the constraint has none. */
function greedyFactor(properties: ObjectiveProperties, structure: ConstraintKind): number | null {
  switch (structure.kind) {
    case 'matroid':
      if (properties.modular === true && properties.monotone) return 1;
      return isCardinality(structure) ? oneMinusOneOverE : 1 / 2;
    case 'intersection':
      return 1 / (structure.count + 1);
    case 'downward-closed':
      return null;
  }
}

/**
 * Items sent at random: half of greedy's factor, in expectation. Sent in any way: an optimum's part in some shard is worth a share
 * `1 / shards` of it, and greedy there reaches its factor of that.
 */
function partitionedGuarantee(
  { shards, random }: { readonly shards: number; readonly random: boolean },
  properties: ObjectiveProperties,
  structure: ConstraintKind,
): Guarantee {
  const whole = greedyFactor(properties, structure);
  if (whole === null) return nothing('greedy is proven for matroids and their intersections, not for this constraint');
  if (random && shards > 2) {
    return submodular(
      whole / 2,
      properties,
      `${underWhat(structure)}, items sharded at random, in expectation, `,
      sources.partitioned,
    );
  }
  const how = `${underWhat(structure)}, whatever the ${shards} shards, `;
  return submodular(whole / shards, properties, how, `greedy's factor divided by the number of shards`);
}

function localSearchGuarantee(
  { swaps, epsilon }: { readonly swaps: number; readonly epsilon: number },
  properties: ObjectiveProperties,
  structure: ConstraintKind,
): Guarantee {
  if (structure.kind === 'downward-closed') {
    return nothing('local search is proven for matroids and their intersections, not for this constraint');
  }
  const denominator = structure.kind === 'matroid' ? 2 : structure.count + 1 / swaps;
  return submodular(1 / (denominator + epsilon), properties, `${underWhat(structure)}, `, sources.localSearch);
}

function gistGuarantee(
  { epsilon, metric }: { readonly epsilon: number; readonly metric: boolean },
  properties: ObjectiveProperties,
  structure: ConstraintKind,
): Guarantee {
  const modular = properties.modular === true;
  const factor = (modular ? 2 / 3 : 1 / 2) - epsilon;
  const what = `utility plus smallest distance reaches it for a ${modular ? 'modular' : 'submodular'} utility`;
  const base = metricOnly({ metric }, structure, factor, what, sources.gist);
  if (!base.holds) return base;
  const missing = missingOf(properties);
  return missing === null ? base : { factor, holds: false, because: missing };
}

function onlyUnderABudget(structure: ConstraintKind, guarantee: () => Guarantee): Guarantee {
  return isCardinality(structure)
    ? guarantee()
    : nothing('the algorithm is proven for a budget alone, not for this constraint');
}

function metricOnly(
  { metric }: { readonly metric: boolean },
  structure: ConstraintKind,
  factor: number,
  what: string,
  source: string,
): Guarantee {
  return onlyUnderABudget(structure, () =>
    metric
      ? { factor, holds: true, because: `${what}, for distances that obey the triangle inequality (${source})` }
      : {
          factor,
          holds: false,
          because: `${source} ask for distances that obey the triangle inequality; these need not`,
        },
  );
}

/** A factor that asks for a monotone submodular objective. */
function submodular(factor: number, properties: ObjectiveProperties, how: string, source: string): Guarantee {
  if (!(factor > 0))
    return nothing(`what epsilon, steps and samples may cost leaves nothing of the factor (${source})`);
  const missing = missingOf(properties);
  if (missing !== null) return { factor, holds: false, because: missing };
  return { factor, holds: true, because: `${how}the objective being monotone and submodular (${source})` };
}

/** What an objective lacks, in words, or `null`. */
function missingOf({ monotone, submodular }: ObjectiveProperties): string | null {
  if (!submodular) return 'the objective is not submodular, and the proof needs that';
  if (!monotone)
    return 'the objective is not monotone, and the proof needs that: shift the utilities, which changes no pick of a given number of items';
  return null;
}

function nothing(because: string): Guarantee {
  return { factor: null, holds: false, because };
}

function underWhat(structure: ConstraintKind): string {
  switch (structure.kind) {
    case 'matroid':
      return isCardinality(structure) ? 'under a budget alone' : 'under one matroid';
    case 'intersection':
      return `under an intersection of ${structure.count} matroids`;
    case 'downward-closed':
      return 'under a constraint that is closed downward';
  }
}

function isCardinality(structure: ConstraintKind): boolean {
  return structure.kind === 'matroid' && structure.uniform === true;
}

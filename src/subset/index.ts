/**
 * Subsets to label or to train on: submodular objectives, matroid constraints, greedy algorithms and neighbour graphs.
 *
 * @packageDocumentation
 */
export type { BindingCap, ConstraintKind, ConstraintState, SubsetConstraint } from './constraint.js';
export type { NeighborGraph } from './graph.js';
export type { ObjectiveProperties, ObjectiveState, SubsetObjective } from './objective.js';

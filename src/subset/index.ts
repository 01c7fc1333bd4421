/**
 * Subsets to label or to train on: submodular objectives, matroid constraints, greedy algorithms and neighbour graphs.
 *
 * @packageDocumentation
 */
export { balancedConstraint } from './balancedConstraint.js';
export type { BalancedConstraintOptions } from './balancedConstraint.js';
export { randomSubset, topUtility } from './baselines.js';
export type { RandomSubsetOptions, TopUtilityOptions } from './baselines.js';
export { groupCaps, uniformCaps, waterLevelCaps } from './caps.js';
export type { CapRule, GroupCaps } from './caps.js';
export type { BindingCap, ConstraintKind, ConstraintState, SubsetConstraint } from './constraint.js';
export { continuousGreedy } from './continuousGreedy.js';
export type { ContinuousGreedyOptions } from './continuousGreedy.js';
export type { Points } from './distances.js';
export { embeddingsFrom } from './embeddings.js';
export type { EmbeddingArray, EmbeddingSource } from './embeddings.js';
export { facilityLocation } from './facilityLocation.js';
export { feasibilityOf } from './feasibility.js';
export type { Feasibility } from './feasibility.js';
export { featureBased } from './featureBased.js';
export type { ConcaveName, DenseFeatures, FeatureBasedOptions, SparseFeatures } from './featureBased.js';
export { gist } from './gist.js';
export type { GistOptions, GistResult } from './gist.js';
export type { NeighborGraph } from './graph.js';
export { graphCut } from './graphCut.js';
export type { GraphCutOptions } from './graphCut.js';
export { graphFromEdges } from './graphFromEdges.js';
export { graphicMatroid } from './graphicMatroid.js';
export type { GraphicMatroidOptions } from './graphicMatroid.js';
export { greedy } from './greedy.js';
export type { GreedyMethod, GreedyOptions } from './greedy.js';
export { guaranteeOf } from './guarantee.js';
export type { Guarantee, SelectionAlgorithm } from './guarantee.js';
export { intersection } from './intersection.js';
export { kCenter } from './kCenter.js';
export type { KCenterOptions } from './kCenter.js';
export { knapsack } from './knapsack.js';
export type { KnapsackOptions } from './knapsack.js';
export { laminarMatroid } from './laminarMatroid.js';
export type { CappedSet, LaminarMatroidOptions } from './laminarMatroid.js';
export { localSearch } from './localSearch.js';
export type { LocalSearchOptions } from './localSearch.js';
export { logDeterminant } from './logDeterminant.js';
export type { EmbeddingKernel, GramKernel, RidgeOptions } from './logDeterminant.js';
export { mixture } from './mixture.js';
export type { MixturePart } from './mixture.js';
export { modularObjective } from './modular.js';
export type { ModularOptions } from './modular.js';
export { nearestNeighborGraph } from './nearestNeighborGraph.js';
export type { NearestNeighborOptions, NeighborProgress, NeighborSearchOptions } from './nearestNeighborGraph.js';
export type { ObjectiveProperties, ObjectiveState, SubsetObjective } from './objective.js';
export { pairwiseObjective } from './pairwise.js';
export type { PairwiseObjective, PairwiseOptions } from './pairwise.js';
export { partitionMatroid } from './partitionMatroid.js';
export type { PartitionMatroidOptions } from './partitionMatroid.js';
export { partitionedGreedy } from './partitionedGreedy.js';
export type { PartitionedGreedyOptions } from './partitionedGreedy.js';
export { boundaryParts, classParts } from './parts.js';
export type { BestClasses, BoundaryPartsOptions, ClassPartsOptions, ItemParts } from './parts.js';
export { bestClasses } from './poolParts.js';
export type { Balance, PartSource, PartUse } from './poolParts.js';
export type { ProbabilityOptions } from './probabilities.js';
export type { SelectionProgress, SelectionResult, StopReason } from './result.js';
export { saturatedCoverage } from './saturatedCoverage.js';
export type { SaturationOptions } from './saturatedCoverage.js';
export type { DistanceSource, SelectionMethod } from './selectionMethods.js';
export { checkSelection } from './selectionOptions.js';
export type {
  NeighborSearch,
  ResolvedSelection,
  SelectSubsetOptions,
  SelectSubsetProgress,
} from './selectionOptions.js';
export { selectSubset } from './selectSubset.js';
export type { PoolSelection, SelectionPool } from './selectSubset.js';
export { mergeShards, selectShard, shardItems } from './shards.js';
export type { MergeShardsOptions, SelectShardOptions, Shard } from './shards.js';
export { sieveStreaming } from './sieveStreaming.js';
export type { SieveStreamingOptions } from './sieveStreaming.js';
export type { DenseSimilarities, GraphSimilarities } from './similarityRows.js';
export type { EdgeArrays } from './symmetricRows.js';
export { topTwoClasses } from './topTwoClasses.js';
export type { TopTwoClasses } from './topTwoClasses.js';
export { transversalMatroid } from './transversalMatroid.js';
export type { TransversalMatroidOptions } from './transversalMatroid.js';
export { truncation } from './truncation.js';
export { uniformMatroid } from './uniformMatroid.js';
export type { UniformMatroidOptions } from './uniformMatroid.js';
export { entropyUtility, leastConfidenceUtility, marginUtility } from './utilities.js';
export { weightedKCenter } from './weightedKCenter.js';
export type { WeightedKCenterOptions } from './weightedKCenter.js';

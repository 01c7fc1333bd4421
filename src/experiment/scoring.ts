import { DivergenceError } from '../core/index.js';
import type { MultiLabelDataset } from '../data/index.js';
import type { ClassGroups } from '../metrics/index.js';
import type { Classifier } from '../models/index.js';
import { forEachScored, type ExampleSource } from '../train/index.js';
import type { TrainConfig } from './config.js';
import type { RunData } from './data.js';
import { rankPoints, type RankingOptions } from './ranking.js';
import { offsetsOf, scorer, type Adjustment, type Scorer, type Scores } from './scorer.js';
import { isComputed } from './secondStage.js';
import type { Parts } from './sources.js';

export type { Scores } from './scorer.js';

/** What scoring needs to know of a run. */
export interface ScoringOptions extends Adjustment {
  /** Head, torso and tail. */
  readonly groups: ClassGroups;
  /** The points to rank the labels of, in multi-label data; see {@link pointsOf}. */
  readonly points?: RankedPoints | null;
  /** What the logits are divided by for the calibrated scores; `null`: none. */
  readonly temperature?: number | null;
  /** Stops between two batches. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Scores a source, raw and post hoc, in one pass.
 *
 * @throws DivergenceError If a logit is not finite.
 */
export async function score(classifier: Classifier, source: ExampleSource, options: ScoringOptions): Promise<Scores> {
  const scored = await scoreSource(classifier, source, options);
  return withRankings({ raw: scored.raw(), posthoc: scored.posthoc()! }, classifier, options);
}

/** Multi-label points and what their ranking needs. */
export interface RankedPoints extends Pick<RankingOptions, 'train' | 'classCounts'> {
  readonly ranked: MultiLabelDataset;
}

/** The points of a split, or `null` where an example has one label. */
export function pointsOf(data: RunData, split: keyof Parts<unknown>): RankedPoints | null {
  const ranked = data.multiLabel?.[split];
  return ranked ? { ranked, train: data.multiLabel.train, classCounts: data.classCounts } : null;
}

/** The scores with the rankings of multi-label points added. */
export async function withRankings(
  { raw, posthoc }: Scores,
  classifier: Classifier,
  { points, groups, signal, ...adjustment }: ScoringOptions,
): Promise<Scores> {
  if (!points) return { raw, posthoc };
  const { ranked, ...known } = points;
  const offsets = offsetsOf(adjustment);
  const rank = (treatment: Float64Array | null) =>
    rankPoints(classifier, ranked, { ...known, groups, offsets: treatment, signal });
  const rawRanking = await rank(null);
  const isAdjusted = offsets.some((offset) => offset !== 0);
  return {
    raw: { ...raw, ranking: rawRanking },
    posthoc: { ...posthoc, ranking: isAdjusted ? await rank(offsets) : rawRanking },
  };
}

/** As {@link score}, with everything that the scorer has collected. */
export async function scoreSource(
  classifier: Classifier,
  source: ExampleSource,
  { groups, temperature = null, signal, classPrior, tau, targetPrior }: ScoringOptions,
): Promise<Scorer> {
  const adjustment = { classPrior, tau, targetPrior };
  const scored = scorer({ numClasses: classifier.numClasses, groups, adjustment, temperature });
  await forEachScored(
    classifier,
    source,
    async ({ targets, logits }) => {
      const values = await logits.data();
      if (!values.every(Number.isFinite)) {
        const hint = 'Training has diverged: lower the learning rate, lengthen the warm-up or set clipNorm';
        throw new DivergenceError('evaluation', 'finite logits', 'NaN or Infinity', hint);
      }
      await scored.add(await targets.data(), values);
    },
    { signal },
  );
  return scored;
}

/** Options that decide whether a run is adjusted. */
type PosthocOptions = Pick<TrainConfig, 'loss' | 'sampler' | 'drsEpoch' | 'weighting' | 'classifier'>;

/**
 * Whether a run is adjusted after training: only plain cross-entropy, in full or estimated from a sample, on batches that have
 * the training prior.
 * The losses that balance have taken the prior out already, class-balanced batches and computed classifiers never had it:
 * adjusting would count it twice. The logits of focal and LDAM are no log-probabilities to take it out of.
 */
export function adjustsPosthoc({ loss, sampler, drsEpoch, weighting, classifier }: PosthocOptions): boolean {
  const isPlain = loss === 'ce' || (loss === 'sampled-softmax' && weighting === 'importance');
  return isPlain && sampler === 'shuffled' && drsEpoch === null && !isComputed(classifier);
}

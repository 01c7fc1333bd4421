import { DivergenceError } from '../core/index.js';
import { groupClasses } from '../metrics/index.js';
import type { Classifier } from '../models/index.js';
import { forEachScored, type ExampleSource } from '../train/index.js';
import type { TrainConfig } from './config.js';
import { scorer, type Adjustment, type Scorer, type Scores } from './scorer.js';
import { isComputed } from './secondStage.js';

export type { Scores } from './scorer.js';

/** What scoring needs to know of a run. */
export interface ScoringOptions extends Adjustment {
  /** Training examples per class, for the head/torso/tail groups. */
  readonly classCounts: ArrayLike<number>;
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
  return { raw: scored.raw(), posthoc: scored.posthoc()! };
}

/** As {@link score}, with everything that the scorer has collected. */
export async function scoreSource(
  classifier: Classifier,
  source: ExampleSource,
  { classCounts, temperature = null, signal, ...adjustment }: ScoringOptions,
): Promise<Scorer> {
  const groups = groupClasses(classCounts, 'thresholds');
  const scored = scorer({ numClasses: classCounts.length, groups, adjustment, temperature });
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
type PosthocOptions = Pick<TrainConfig, 'loss' | 'sampler' | 'classifier'>;

/**
 * Whether a run is adjusted after training: only plain cross-entropy on batches that have the training prior.
 * The losses that balance have taken the prior out already, class-balanced batches and computed classifiers never had it:
 * adjusting would count it twice. The logits of focal and LDAM are no log-probabilities to take it out of.
 */
export function adjustsPosthoc({ loss, sampler, classifier }: PosthocOptions): boolean {
  return loss === 'ce' && sampler === 'shuffled' && !isComputed(classifier);
}

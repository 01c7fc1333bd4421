import { checkNumber, InvalidArgumentError } from '../core/index.js';
import { samplerOf, type NegativeSampler, type PlanRequest } from './negativeSampler.js';
import { fallingOrder, orderFrom, RankedWeights } from './rankedWeights.js';
import { checkDistinct, planOfRows, type RowPlan, type SamplerOptions } from './rowPlan.js';

/** Options of {@link modelBasedSampler}. */
export interface ModelBasedSamplerOptions extends SamplerOptions {
  /** Number of classes C, at least 2. */
  readonly numClasses: number;
  /** Scores of the classes, length C, for every draw: cached ones. Default: each draw brings its own, `[B, C]`. */
  readonly scores?: ArrayLike<number>;
}

/**
 * Negatives as likely as the model finds them: $`q_{y'} = softmax(scores)_{y'}`$, one draw for each example, `[B, S]`.
 *
 * Of all proposals it emphasises hard negatives most. Conditional and with importance weights every draw gives the full loss;
 * with relative weights every draw gives `log(1 + m)` and no gradient, so never combine those. A draw takes O(B C), and
 * O(B C log C) without replacement: for few classes, or with scores of a cheaper model. Scores more than 700 below the
 * largest count as that far below, for the draw only.
 *
 * @param options `numClasses`, `scores`, `conditional`, `replacement`.
 * @returns The sampler.
 * @throws InvalidArgumentError If `numClasses` is not an integer of at least 2, or fixed scores are not C finite numbers; when
 *   drawing, if a label is not a class id, `count` is not an integer of at least 1, the scores of the draw are missing, not
 *   wanted, of another length or not finite, or there are fewer classes than `count` without replacement.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { modelBasedSampler } from 'tfjs-longtail/sampling';
 * const sampler = modelBasedSampler({ numClasses: 3, conditional: true });
 * const draw = sampler.draw({ labels: [0, 1], count: 4, scores: [9, 0, 5, 9, 0, 5], random: randomStream(1) });
 * console.log(draw.ids.length, draw.accidentalHits.includes(1)); // 8 false
 * ```
 * @see Rawat et al., "Disentangling sampling and labeling bias for learning in large-output spaces", ICML 2021.
 */
export function modelBasedSampler(options: ModelBasedSamplerOptions): NegativeSampler {
  const where = 'modelBasedSampler';
  const numClasses = checkNumber(where, 'numClasses', options.numClasses, { min: 2, integer: true });
  const { conditional = false, replacement = true, scores: fixed } = options;
  const cached = fixed && new RankedWeights(checkScores(where, fixed, 1, numClasses), fallingOrder(fixed));
  const size = conditional ? numClasses - 1 : numClasses;
  return samplerOf(where, numClasses, ({ labels, count, scores }: PlanRequest) => {
    if (!replacement) checkDistinct(where, count, size);
    if (cached && scores !== undefined) {
      throw new InvalidArgumentError(where, 'no scores in the draw', scores.length, 'The sampler has fixed ones');
    }
    const rows = cached ? [] : rowsOf(checkScores(where, scores, labels.length, numClasses), numClasses);
    const orderOf = (row: ArrayLike<number>, label: number): Int32Array =>
      replacement ? orderFrom(label, numClasses) : fallingOrder(row);
    const plans = Array.from(labels, (label, i): RowPlan => {
      const ranked = cached ?? new RankedWeights(rows[i]!, orderOf(rows[i]!, label));
      const without = conditional ? label : undefined;
      return replacement ? ranked.repeated(count, without) : ranked.distinct(count, without);
    });
    return planOfRows(plans, count);
  });
}

function rowsOf(scores: ArrayLike<number>, numClasses: number): Float64Array[] {
  const flat = Float64Array.from(scores);
  return Array.from({ length: flat.length / numClasses }, (_, i) =>
    flat.subarray(i * numClasses, (i + 1) * numClasses),
  );
}

function checkScores(
  where: string,
  scores: ArrayLike<number> | undefined,
  rows: number,
  numClasses: number,
): ArrayLike<number> {
  if (scores?.length !== rows * numClasses) {
    const expected = `${rows * numClasses} scores (${rows} x ${numClasses})`;
    throw new InvalidArgumentError(where, expected, scores === undefined ? 'none' : scores.length);
  }
  for (let at = 0; at < scores.length; at++) {
    if (Number.isFinite(scores[at])) continue;
    const place = `${scores[at]} in row ${Math.floor(at / numClasses)}, class ${at % numClasses}`;
    throw new InvalidArgumentError(where, 'finite scores', place);
  }
  return scores;
}

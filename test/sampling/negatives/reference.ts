/** The worked example of the acceptance facts, with exact expectations over the draws in float64. */
import { samplingWeights } from '../../../src/sampling/index.js';
import type { NegativeDraw, NegativeSampler, Weighting } from '../../../src/sampling/index.js';
import { logSumExp } from '../../support/reference.js';

/** Class prior. */
export const pi = [0.5, 0.3, 0.15, 0.05];
/** Scores. */
export const f = [1, 0.5, 0, -0.5];
export const classes = [0, 1, 2, 3];

/** The draw of given ids for one example, with the expected counts that the sampler states. */
export function drawOf(
  sampler: NegativeSampler,
  y: number,
  ids: readonly number[],
  scores: readonly number[] = f,
): NegativeDraw {
  const plan = sampler.plan({ labels: [y], count: ids.length, scores });
  return {
    ids: Int32Array.from(ids),
    logExpectedCount: Float64Array.from(ids, (id) => plan.logExpectedCount(id, 0)),
    logExpectedCountOfLabels: Float64Array.of(plan.logExpectedCount(y, 0)),
    accidentalHits: Uint8Array.from(ids, (id) => Number(id === y)),
  };
}

/** The multisets of `size` members of `members`, with their probability under independent draws. */
export function* multisets(
  members: readonly { id: number; q: number }[],
  size: number,
): Generator<{ ids: number[]; probability: number }> {
  const [first, ...others] = members;
  if (size === 0) yield { ids: [], probability: 1 };
  else if (first !== undefined) {
    let share = 1;
    for (let times = 0; times <= size; times++) {
      // Binomial coefficient times the power, one factor a time.
      if (times > 0) share *= ((size - times + 1) / times) * first.q;
      for (const { ids, probability } of multisets(others, size - times)) {
        yield { ids: [...Array<number>(times).fill(first.id), ...ids], probability: probability * share };
      }
    }
  }
}

/** A loss of one example from its label and the negatives left. */
export type SampleLoss = (y: number, negatives: readonly { id: number; logWeight: number }[]) => number;

/** `log[1 + sum w exp(f_{y'} - f_y)]`. */
export const softmaxLoss: SampleLoss = (y, negatives) =>
  logSumExp([0, ...negatives.map(({ id, logWeight }) => logWeight + f[id]! - f[y]!)]);

/** `softplus(-f_y) + sum w softplus(f_{y'})`. */
export const logisticLoss: SampleLoss = (y, negatives) => {
  const softplus = (x: number): number => Math.log1p(Math.exp(x));
  return negatives.reduce((sum, { id, logWeight }) => sum + Math.exp(logWeight) * softplus(f[id]!), softplus(-f[y]!));
};

/** What is averaged: a loss under a scheme. */
export interface Scheme {
  readonly sampler: NegativeSampler;
  readonly weighting: Weighting;
  /** Subtracts `log m` from the log weights. */
  readonly overCount?: boolean;
  readonly loss?: SampleLoss;
}

/** The negatives of a draw that are not dropped, with their log weights. */
export function weighed(scheme: Scheme, y: number, ids: readonly number[]): { id: number; logWeight: number }[] {
  const draw = drawOf(scheme.sampler, y, ids);
  const weights = samplingWeights(draw, [y], scheme.weighting);
  const moved = scheme.overCount ? Math.log(ids.length) : 0;
  return ids.flatMap((id, j) => (draw.accidentalHits[j] === 1 ? [] : [{ id, logWeight: weights[j]! - moved }]));
}

/** The classes a sampler with replacement draws for label y, with the probability of each. */
export function support(sampler: NegativeSampler, y: number, conditional: boolean): { id: number; q: number }[] {
  const plan = sampler.plan({ labels: [y], count: 1, scores: f });
  const ids = conditional ? classes.filter((id) => id !== y) : classes;
  return ids.map((id) => ({ id, q: Math.exp(plan.logExpectedCount(id, 0)) }));
}

/** Exact mean of the loss over all draws of m. */
export function expectation(scheme: Scheme, y: number, m: number, conditional: boolean): number {
  const { loss = softmaxLoss } = scheme;
  let mean = 0;
  for (const { ids, probability } of multisets(support(scheme.sampler, y, conditional), m)) {
    mean += probability * loss(y, weighed(scheme, y, ids));
  }
  return mean;
}

/** The loss of the expected weights: `rho_{y y'} = m q_{y'} w_{y y'}` on every class but y. */
export function implicit(scheme: Scheme, y: number, m: number, conditional: boolean): number {
  const { loss = softmaxLoss } = scheme;
  const rho = support(scheme.sampler, y, conditional).flatMap(({ id, q }) => {
    return weighed(scheme, y, Array<number>(m).fill(id))
      .slice(0, 1)
      .map(({ logWeight }) => ({ id, logWeight: Math.log(m * q) + logWeight }));
  });
  return loss(y, rho);
}

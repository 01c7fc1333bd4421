import { aliasTable } from './aliasTable.js';
import { samplerOf, type NegativeSampler, type PlanRequest } from './negativeSampler.js';
import { fallingOrder, RankedWeights } from './rankedWeights.js';
import { checkDistinct, planOfRows, repeatedly, type RowPlan, type SamplerOptions } from './rowPlan.js';

/** The sampler of a distribution over the classes that never changes, from its logarithm. */
export function priorSampler(where: string, logPrior: Float64Array, options: SamplerOptions): NegativeSampler {
  const { conditional = false, replacement = true } = options;
  const size = conditional ? logPrior.length - 1 : logPrior.length;
  const rowOf = rowPlans(logPrior, conditional, replacement);
  return samplerOf(where, logPrior.length, ({ labels, count }: PlanRequest) => {
    if (!replacement) checkDistinct(where, count, size);
    const rows = conditional ? Array.from(labels, (label) => rowOf(count, label)) : [rowOf(count)];
    return planOfRows(rows, count);
  });
}

function rowPlans(
  logPrior: Float64Array,
  conditional: boolean,
  replacement: boolean,
): (count: number, without?: number) => RowPlan {
  if (replacement && !conditional) {
    const draw = aliasTable(logPrior.map(Math.exp));
    return (count) => repeatedly(count, draw, (id) => logPrior[id]!);
  }
  const ranked = new RankedWeights(logPrior, fallingOrder(logPrior));
  return (count, without) => (replacement ? ranked.repeated(count, without) : ranked.distinct(count, without));
}

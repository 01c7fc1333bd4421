import { checkNumber, InvalidArgumentError } from '../core/index.js';
import type { TopClasses } from './topClasses.js';

/** What rankings are measured by. */
export interface RankingScale {
  readonly numClasses: number;
  /** Lengths of the rankings, ascending. */
  readonly cutoffs: readonly number[];
  /** What a hit on each class counts for, `[C]`. */
  readonly worth: Float64Array;
  /** Number of the group of each class, 0 to 3, `[C]`; 0 is none. */
  readonly groupOf: Uint8Array;
}

/** Sums over examples from which every ranking score follows; for each cutoff, in the order of the scale. */
export class RankingCounts {
  /** Examples with labels. */
  examples = 0;
  /** Examples without, which nothing else counts. */
  withoutLabels = 0;
  /** Examples that carry each class, `[C]`. */
  readonly positives: Float64Array;
  /** Those of them whose ranking has it, `[C]`. */
  readonly hits: readonly Float64Array[];
  /** The most that the hits on a group could have been worth, `[4]` by group; on all classes at 0. */
  readonly bestWorth: readonly Float64Array[];
  /** Sum of the nDCG of the examples. */
  readonly ndcg: Float64Array;

  constructor(readonly scale: RankingScale) {
    const { numClasses, cutoffs } = scale;
    this.positives = new Float64Array(numClasses);
    this.hits = cutoffs.map(() => new Float64Array(numClasses));
    this.bestWorth = cutoffs.map(() => new Float64Array(4));
    this.ndcg = new Float64Array(cutoffs.length);
  }

  /** Checks and adds a batch. */
  add(where: string, labels: ArrayLike<ArrayLike<number>>, { ids, k }: Pick<TopClasses, 'ids' | 'k'>): void {
    const { cutoffs, numClasses } = this.scale;
    const longest = cutoffs.at(-1)!;
    checkNumber(where, 'top.k, for the last cutoff,', k, { min: longest, integer: true });
    if (ids.length !== labels.length * k) {
      const expected = `top.ids of length ${labels.length * k} (${labels.length} rows of ${k})`;
      throw new InvalidArgumentError(where, expected, ids.length);
    }
    const rankings = Array.from(labels, (_, row) => ids.subarray(row * k, row * k + longest));
    rankings.forEach((ranking, row) => {
      checkIds(where, `top.ids of row ${row}`, ranking, numClasses);
      checkIds(where, `labels[${row}]`, labels[row]!, numClasses);
    });
    rankings.forEach((ranking, row) => this.addExample(labels[row]!, ranking));
  }

  private addExample(labels: ArrayLike<number>, ranking: Int32Array): void {
    if (labels.length === 0) {
      this.withoutLabels += 1;
      return;
    }
    this.examples += 1;
    const own = new Set(Array.from(labels));
    for (const y of own) this.positives[y]! += 1;
    this.addHits(own, ranking);
    this.addBest(own);
  }

  private addHits(own: ReadonlySet<number>, ranking: Int32Array): void {
    let [gain, bestGain, rank] = [0, 0, 0];
    this.scale.cutoffs.forEach((k, c) => {
      for (; rank < k; rank++) {
        const discounted = 1 / Math.log2(rank + 2);
        if (rank < own.size) bestGain += discounted;
        if (own.has(ranking[rank]!)) gain += discounted;
      }
      this.ndcg[c]! += gain / bestGain;
      for (const y of ranking.subarray(0, k)) if (own.has(y)) this.hits[c]![y]! += 1;
    });
  }

  /** The labels that are worth most, k at most: of all, and of each group alone. */
  private addBest(own: ReadonlySet<number>): void {
    const { cutoffs, worth, groupOf } = this.scale;
    const byWorth = [...own].sort((a, b) => worth[b]! - worth[a]!);
    const taken = [0, 0, 0, 0];
    for (const y of byWorth) {
      for (const group of groupOf[y] === 0 ? [0] : [0, groupOf[y]!]) {
        const rank = taken[group]!++;
        cutoffs.forEach((k, c) => {
          if (rank < k) this.bestWorth[c]![group]! += worth[y]!;
        });
      }
    }
  }
}

function checkIds(where: string, name: string, ids: ArrayLike<number>, numClasses: number): void {
  const seen = new Set<number>();
  for (let i = 0; i < ids.length; i++) {
    const id = checkNumber(where, `${name}, entry ${i},`, ids[i], { min: 0, max: numClasses - 1, integer: true });
    if (seen.has(id)) throw new InvalidArgumentError(where, `distinct classes in ${name}`, `${id} twice`);
    seen.add(id);
  }
}

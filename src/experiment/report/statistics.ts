/** Mean and spread of the values of several runs. */
export interface Spread {
  /** Number of values. */
  readonly n: number;
  /** Their mean. */
  readonly mean: number;
  /** Sample standard deviation, with `n - 1`; `null` for a single value. */
  readonly deviation: number | null;
}

/** Mean and spread of what is finite among `values`; `null` where nothing is. */
export function spread(values: readonly (number | null | undefined)[]): Spread | null {
  const finite = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  const n = finite.length;
  if (n === 0) return null;
  const mean = sum(finite) / n;
  return { n, mean, deviation: n === 1 ? null : Math.sqrt(sum(finite.map((value) => (value - mean) ** 2)) / (n - 1)) };
}

/** How much one method is above another on runs of equal seed. */
export interface PairedDifference {
  /** Number of pairs. */
  readonly pairs: number;
  /** Mean of `value - baseline`. */
  readonly mean: number;
  /** Standard error of that mean; `null` for a single pair. */
  readonly standardError: number | null;
  /** Number of pairs with a positive difference. */
  readonly above: number;
}

/** Mean difference of the values that both maps have, by seed; `null` where they share no seed. */
export function pairedDifference(
  values: ReadonlyMap<number, number>,
  baseline: ReadonlyMap<number, number>,
): PairedDifference | null {
  const differences = [...values].flatMap(([seed, value]) => (baseline.has(seed) ? [value - baseline.get(seed)!] : []));
  const spreadOf = spread(differences);
  if (spreadOf === null) return null;
  const { n, mean, deviation } = spreadOf;
  return {
    pairs: n,
    mean,
    standardError: deviation === null ? null : deviation / Math.sqrt(n),
    above: differences.filter((difference) => difference > 0).length,
  };
}

/** Sum of the values. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

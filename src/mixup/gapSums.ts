/** How far a map is from being affine on sampled simplices: four ratios of means over mixtures, all 0 where it is affine. */
export interface Linearity {
  /**
   * M1: $`E gap / E spread`$, unchanged by any scale, rotation or shift of the activations; `null` where all points of every
   * mixture have the same ones.
   */
  readonly gapOverSpread: number | null;
  /** M2: $`E gap / E ||lin||^2`$, unchanged by scale and rotation; `null` where all activations are 0. */
  readonly gapOverMean: number | null;
  /**
   * M3: `E [1 - cos(m, lin)]`, unchanged by scale and rotation; over the mixtures where neither is 0, and `null` without
   * any.
   */
  readonly cosineDistance: number | null;
  /** M4: `E gap`, unchanged by rotation and shift. */
  readonly gap: number;
}

/** Sums, in float64, of what one layer makes of mixtures and of their points. */
export class GapSums {
  #count = 0;
  #gap = 0;
  #spread = 0;
  #mean = 0;
  #cosineDistance = 0;
  #cosines = 0;

  /**
   * Adds mixtures.
   *
   * @param activations `[b * K + b, D]` row by row: of the points of each mixture, then of the mixtures.
   * @param shares `[b, K]` row by row.
   * @param points K.
   */
  add(activations: ArrayLike<number>, shares: ArrayLike<number>, points: number): void {
    const mixtures = shares.length / points;
    const size = activations.length / (mixtures * (points + 1));
    for (let i = 0; i < mixtures; i++) {
      const mixed = (mixtures * points + i) * size;
      this.#addMixture(activations, i * points * size, mixed, size, (k) => shares[i * points + k]!, points);
    }
  }

  #addMixture(
    h: ArrayLike<number>,
    start: number,
    mixed: number,
    size: number,
    share: (k: number) => number,
    points: number,
  ): void {
    let [gap, spread, squaresOfMean, squaresOfMixed] = [0, 0, 0, 0];
    for (let d = 0; d < size; d++) {
      let lin = 0;
      for (let k = 0; k < points; k++) lin += share(k) * h[start + k * size + d]!;
      for (let k = 0; k < points; k++) spread += share(k) * (h[start + k * size + d]! - lin) ** 2;
      const m = h[mixed + d]!;
      gap += (m - lin) ** 2;
      squaresOfMean += lin * lin;
      squaresOfMixed += m * m;
    }
    this.#count += 1;
    this.#gap += gap;
    this.#spread += spread;
    this.#mean += squaresOfMean;
    if (squaresOfMean === 0 || squaresOfMixed === 0) return;
    const [a, b] = [Math.sqrt(squaresOfMixed), Math.sqrt(squaresOfMean)];
    this.#cosines += 1;
    // 1 - m.lin / (|m| |lin|), without the cancellation where they are almost parallel.
    this.#cosineDistance += Math.max(0, gap - (a - b) ** 2) / (2 * a * b);
  }

  /** The measures of what was added. */
  result(): Linearity {
    const ratio = (sum: number, divisor: number): number | null => (divisor === 0 ? null : sum / divisor);
    return {
      gapOverSpread: ratio(this.#gap, this.#spread),
      gapOverMean: ratio(this.#gap, this.#mean),
      cosineDistance: ratio(this.#cosineDistance, this.#cosines),
      gap: this.#gap / this.#count,
    };
  }
}

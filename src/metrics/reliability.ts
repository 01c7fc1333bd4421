/** One bin of a reliability diagram: examples whose top-1 confidence lies in `(lower, upper]`. */
export interface ReliabilityBin {
  /** Lower edge, exclusive. */
  readonly lower: number;
  /** Upper edge, inclusive. */
  readonly upper: number;
  /** Number of examples. */
  readonly count: number;
  /** Mean top-1 confidence; `null` without examples. */
  readonly confidence: number | null;
  /** Share predicted right; `null` without examples. */
  readonly accuracy: number | null;
}

/** Number of equal-width confidence bins. */
const BINS = 15;

/** Collects confidences into bins of equal width. */
export class ReliabilityBins {
  readonly #counts = new Float64Array(BINS);
  readonly #confidences = new Float64Array(BINS);
  readonly #correct = new Float64Array(BINS);

  /** Adds an example with its top-1 confidence in `(0, 1]`. */
  add(confidence: number, correct: boolean): void {
    const bin = Math.min(BINS, Math.max(1, Math.ceil(confidence * BINS))) - 1;
    this.#counts[bin]! += 1;
    this.#confidences[bin]! += confidence;
    if (correct) this.#correct[bin]! += 1;
  }

  /** The bins, lowest confidence first. */
  bins(): ReliabilityBin[] {
    return Array.from(this.#counts, (count, bin) => ({
      lower: bin / BINS,
      upper: (bin + 1) / BINS,
      count,
      confidence: count === 0 ? null : this.#confidences[bin]! / count,
      accuracy: count === 0 ? null : this.#correct[bin]! / count,
    }));
  }

  /** Expected calibration error: `sum_b (n_b / n) |accuracy_b - confidence_b|`. */
  expectedError(): number {
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    return this.#correct.reduce((sum, correct, bin) => sum + Math.abs(correct - this.#confidences[bin]!), 0) / total;
  }
}

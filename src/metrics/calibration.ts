import { ReliabilityBins, type ReliabilityBin } from './reliability.js';
import type { CalibrationScores } from './scores.js';

/** What one example contributes to calibration. */
interface ScoredExample {
  /** Top-1 probability. */
  readonly confidence: number;
  /** `-log softmax(logits)_y`. */
  readonly nll: number;
  /** `sum_k (softmax(logits)_k - 1[k = y])^2`. */
  readonly brier: number;
}

/** Collects calibration over examples. */
export class CalibrationSums {
  readonly #bins = new ReliabilityBins();
  #examples = 0;
  #nll = 0;
  #brier = 0;

  /** Adds an example. */
  add({ confidence, nll, brier }: ScoredExample, correct: boolean): void {
    this.#bins.add(confidence, correct);
    this.#examples += 1;
    this.#nll += nll;
    this.#brier += brier;
  }

  /** The means; NaN without examples. */
  scores(): CalibrationScores {
    const examples = this.#examples;
    return { nll: this.#nll / examples, brier: this.#brier / examples, ece: this.#bins.expectedError() };
  }

  /** The reliability diagram. */
  bins(): ReliabilityBin[] {
    return this.#bins.bins();
  }
}

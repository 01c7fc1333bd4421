import type { LayerLinearity } from '../mixup/index.js';
import type { NormTau } from './classifiers.js';
import type { TrainConfig } from './config.js';
import type { InitialWeights } from './initialize.js';
import type { Scores } from './scoring.js';

/** What a finished run reports; `report.json` holds it and `longtail train --json` prints it. */
export interface RunReport {
  /** Folder of the run. */
  readonly run: string;
  /** Backend that computed it. */
  readonly backend: string;
  /** Data set with its profile. */
  readonly dataset: string;
  /** Model name. */
  readonly model: string;
  /** Loss name. */
  readonly loss: string;
  /** Tau of the loss; `null` for a loss without. */
  readonly tau: number | null;
  /** What became of the head of {@link RunReport.init}; `keep` in a run that starts from nothing. */
  readonly classifier: TrainConfig['classifier'];
  /** Exponent of the classifier `tau-norm`; `null` for the others. */
  readonly normTau: NormTau | null;
  /** The run whose weights this one began with; `null` where they were drawn. */
  readonly init: InitialWeights | null;
  /** Seed. */
  readonly seed: number;
  /** Epochs completed; 0 where the classifier was computed. */
  readonly epochs: number;
  /**
   * Training throughput in images per second, median over the epochs; evaluation and checkpoints are not in it. `null`
   * where nothing was trained.
   */
  readonly imagesPerSecond: number | null;
  /** Training examples per class. */
  readonly classCounts: readonly number[];
  /** The same of the pool that the run's subset was taken from; `null` where it trained on all of it. */
  readonly poolCounts: readonly number[] | null;
  /** Names of the classes. */
  readonly classNames: readonly string[];
  /** Which split chose what; the test set never chooses. */
  readonly chosenBy: {
    /** The checkpoint that was evaluated and why. */
    readonly checkpoint: { readonly name: 'last' | 'best'; readonly epoch: number; readonly split: 'none' | 'holdout' };
    /** Where the post-hoc tau comes from. */
    readonly tau: 'fixed' | 'holdout';
  };
  /** How linear each layer is on mixtures of two test examples, inputs first; `null` unless the run was to measure it. */
  readonly linearity: readonly LayerLinearity[] | null;
  /** Scores on the test set. */
  readonly final: Scores;
}

/** How a run ended: with its report, or stopped by the signal. */
export type RunOutcome =
  | { readonly stopped: 'completed'; readonly report: RunReport }
  | { readonly stopped: 'interrupted'; readonly run: string; readonly epoch: number; readonly step: number };

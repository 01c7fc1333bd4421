import * as tf from '@tensorflow/tfjs';
import { learner, type Learner } from './learner.js';
import { cells } from './paint.js';
import { problem, type Problem, type Shape } from './problem.js';

/** What the controls say. */
export interface Settings {
  readonly shape: Shape;
  readonly imbalance: number;
  readonly tau: number;
  readonly seed: number;
}

/** What one of the two networks has learnt so far. */
export interface Progress {
  readonly recall: readonly number[];
  readonly regions: Int32Array;
}

/** Epochs of a training. */
export const epochs = 60;

/** Two networks in training side by side, alike in everything but the loss. */
export class Session {
  readonly problem: Problem;
  readonly #learners: readonly Learner[];
  readonly #cells = tf.tensor2d(cells as [number, number][]);
  #epoch = 0;
  #wanted = false;
  #running = Promise.resolve();

  /** @param show Is given what plain cross-entropy has learnt, and what the adjusted loss, after every epoch. */
  constructor(
    { shape, imbalance, tau, seed }: Settings,
    private readonly show: (progress: readonly Progress[], epoch: number) => void,
  ) {
    this.problem = problem(shape, imbalance, seed);
    this.#learners = [0, tau].map((strength) => learner(this.problem, strength, seed));
  }

  get finished(): boolean {
    return this.#epoch === epochs;
  }

  /** Trains until the last epoch or until it is stopped. */
  start(): Promise<void> {
    this.#wanted = true;
    this.#running = this.#train();
    return this.#running;
  }

  /** Returns when nothing trains any more. */
  async stop(): Promise<void> {
    this.#wanted = false;
    await this.#running.catch(() => {}); // start has told of it
  }

  /** Shows where both stand. */
  async report(): Promise<void> {
    const progress: Progress[] = [];
    for (const one of this.#learners) {
      progress.push({ recall: await one.recall(), regions: await one.classify(this.#cells) });
    }
    this.show(progress, this.#epoch);
  }

  dispose(): void {
    for (const one of this.#learners) one.dispose();
    this.#cells.dispose();
  }

  async #train(): Promise<void> {
    while (this.#wanted && !this.finished) {
      for (const one of this.#learners) await one.epoch();
      this.#epoch++;
      await this.report();
      await new Promise(requestAnimationFrame);
    }
  }
}

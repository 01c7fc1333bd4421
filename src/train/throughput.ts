/** Examples per second of training steps; evaluation and checkpoints are not in it. */
export class Throughput {
  #examples = 0;
  #milliseconds = 0;

  /** Counts `examples` that took so long. */
  add(examples: number, milliseconds: number): void {
    this.#examples += examples;
    this.#milliseconds += milliseconds;
  }

  /** Examples per second so far; `null` before the first. */
  get perSecond(): number | null {
    return this.#examples === 0 ? null : (1000 * this.#examples) / this.#milliseconds;
  }
}

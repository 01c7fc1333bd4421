/** Collects rows of numbers as float32, without knowing beforehand how many there will be. */
export class VectorTable {
  #values = new Float32Array(2 ** 14);
  #rows = 0;

  constructor(readonly dimension: number) {}

  /** The finite row, or the position of its first number that is not; a number beyond float32 is none. */
  add(row: ArrayLike<number>): number | null {
    const start = this.#rows * this.dimension;
    this.#reserve(start + this.dimension);
    for (let column = 0; column < this.dimension; column++) {
      this.#values[start + column] = row[column]!;
      if (!Number.isFinite(this.#values[start + column])) return column;
    }
    this.#rows += 1;
    return null;
  }

  /** Features `[N, D]` so far. */
  features(): Float32Array {
    return this.#values.slice(0, this.#rows * this.dimension);
  }

  #reserve(length: number): void {
    if (length <= this.#values.length) return;
    const larger = new Float32Array(Math.max(length, 2 * this.#values.length));
    larger.set(this.#values);
    this.#values = larger;
  }
}

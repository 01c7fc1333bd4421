import { InvalidArgumentError } from '../core/index.js';
import type { TopClasses } from './topClasses.js';

/** The best `k` of the classes offered so far, for each row; of equal scores the one offered first stays ahead. */
export class BestOfRows {
  private readonly ids: Int32Array;
  private readonly scores: Float64Array;

  constructor(
    private readonly where: string,
    readonly rows: number,
    private readonly k: number,
  ) {
    this.ids = new Int32Array(rows * k);
    this.scores = new Float64Array(rows * k).fill(-Infinity);
  }

  /** Takes a class into account; those of a row are offered in ascending order where their scores are equal. */
  offer(row: number, id: number, score: number): void {
    if (!Number.isFinite(score)) {
      throw new InvalidArgumentError(this.where, 'finite scores', `${score} in row ${row}, class ${id}`);
    }
    const first = row * this.k;
    let place = first + this.k;
    while (place > first && this.scores[place - 1]! < score) place -= 1;
    const last = first + this.k - 1;
    if (place > last) return;
    this.ids.copyWithin(place + 1, place, last);
    this.scores.copyWithin(place + 1, place, last);
    this.ids[place] = id;
    this.scores[place] = score;
  }

  /** The best, best first. */
  result(): TopClasses {
    return { k: this.k, ids: this.ids, scores: Float32Array.from(this.scores) };
  }
}

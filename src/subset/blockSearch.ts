import * as tf from '@tensorflow/tfjs-core';
import { backendPrecision } from '../backend/index.js';
import type { NeighborLists } from './neighborLists.js';

/** Unit vectors of successive items. */
export interface Block {
  /** The first of the items. */
  readonly start: number;
  /** Number of items. */
  readonly count: number;
  /** `[count, d]`, row by row. */
  readonly values: Float32Array;
}

/** Columns whose largest product is read before any of them is. */
export const GROUP = 16;

/**
 * Compares blocks of items and keeps the nearest. The backend multiplies; of each group of columns only the largest product is read, and the
 * group itself only where that could belong to a list. That is a few percent of all products once the lists are warm.
 */
export class BlockSearch {
  /** How far a product of the backend may be from the exact one. */
  private readonly slack: number;
  /** What a product has to reach to be looked at, for each item. */
  private readonly reach: Float32Array;
  /** Where a block's groups within reach are listed; kept, because a new one for every block costs more than the list. */
  private groupsFound = new Int32Array(0);

  constructor(
    readonly lists: NeighborLists,
    private readonly dimension: number,
  ) {
    this.slack = roundingOf(dimension);
    this.reach = Float32Array.from(lists.threshold, (threshold) => threshold - this.slack);
  }

  /** Looks at every pair of a row and a later column. */
  async visit(rows: Block, columns: Block): Promise<void> {
    const groups = Math.ceil(columns.count / GROUP);
    const [products, largest] = tf.tidy(() => {
      const left = tf.tensor2d(rows.values, [rows.count, this.dimension]);
      const right = tf.tensor2d(columns.values, [columns.count, this.dimension]);
      const padded =
        right.shape[0] === groups * GROUP
          ? right
          : tf.pad(right, [
              [0, groups * GROUP - columns.count],
              [0, 0],
            ]);
      const products = tf.reshape(tf.matMul(left, padded, false, true), [rows.count * groups, GROUP]);
      return [products, tf.max(products, 1)];
    });
    try {
      if (rows.start === 0) await this.warmColumns(rows, columns, products);
      const chosen = this.groupsInReach(rows, columns, await largest.data());
      if (chosen.length === 0) return;
      const gathered = tf.tidy(() => tf.gather(products, tf.tensor1d(chosen, 'int32')));
      try {
        this.scan(rows, columns, chosen, await gathered.data());
      } finally {
        gathered.dispose();
      }
    } finally {
      tf.dispose([products, largest]);
    }
  }

  /**
   * Raises the reach of columns that no row was compared with yet. Of the largest products with each group of rows, the k-th largest is one that
   * k rows attain, so that nothing less can belong to a list of k. It spares most of the offers that fill the lists.
   */
  private async warmColumns(rows: Block, columns: Block, products: tf.Tensor): Promise<void> {
    const groups = Math.floor(rows.count / GROUP);
    const { capacity } = this.lists;
    if (groups < capacity) return;
    const width = Math.ceil(columns.count / GROUP) * GROUP;
    const largest = tf.tidy(() => {
      const whole = tf.slice(tf.reshape(products, [rows.count, width]), 0, groups * GROUP);
      return tf.max(tf.reshape(whole, [groups, GROUP, width]), 1);
    });
    try {
      const values = await largest.data();
      const ofColumn = new Float32Array(groups);
      for (let c = Math.max(0, rows.count - columns.start); c < columns.count; c++) {
        for (let group = 0; group < groups; group++) ofColumn[group] = values[group * width + c]!;
        const least = ofColumn.sort()[groups - capacity]! - 2 * this.slack;
        this.reach[columns.start + c] = Math.max(this.reach[columns.start + c]!, least);
      }
    } finally {
      largest.dispose();
    }
  }

  /** Groups, numbered row by row, whose largest product is within reach of the row or of any of the columns. */
  private groupsInReach(rows: Block, columns: Block, largest: ArrayLike<number>): Int32Array {
    const groups = Math.ceil(columns.count / GROUP);
    const least = this.leastReach(columns, groups);
    if (this.groupsFound.length < rows.count * groups) this.groupsFound = new Int32Array(rows.count * groups);
    const chosen = this.groupsFound;
    let count = 0;
    for (let r = 0; r < rows.count; r++) {
      const reachOfRow = this.reach[rows.start + r]!;
      const first = Math.max(0, Math.floor((rows.start + r + 1 - columns.start) / GROUP));
      for (let group = first, at = r * groups + first; group < groups; group++, at++) {
        const value = largest[at]!;
        if (value >= reachOfRow || value >= least[group]!) chosen[count++] = at;
      }
    }
    return chosen.subarray(0, count);
  }

  /** The reach of the column of each group that is easiest to reach. */
  private leastReach(columns: Block, groups: number): Float32Array {
    const least = new Float32Array(groups).fill(Infinity);
    for (let c = 0; c < columns.count; c++) {
      const group = Math.floor(c / GROUP);
      least[group] = Math.min(least[group]!, this.reach[columns.start + c]!);
    }
    return least;
  }

  private scan(rows: Block, columns: Block, chosen: Int32Array, products: ArrayLike<number>): void {
    const groups = Math.ceil(columns.count / GROUP);
    const { reach } = this;
    for (let at = 0; at < chosen.length; at++) {
      const r = Math.floor(chosen[at]! / groups);
      const row = rows.start + r;
      const start = (chosen[at]! % groups) * GROUP;
      const first = Math.max(start, row + 1 - columns.start);
      const end = Math.min(start + GROUP, columns.count);
      for (let c = first; c < end; c++) {
        const product = products[at * GROUP + c - start]!;
        if (product >= reach[row]! || product >= reach[columns.start + c]!) this.decide(rows, r, columns, c, product);
      }
    }
  }

  /** Computes a similarity exactly, for those of the two items that the product is within reach of. */
  private decide(rows: Block, r: number, columns: Block, c: number, product: number): void {
    const row = rows.start + r;
    const column = columns.start + c;
    const similarity = dot(rows.values, r, columns.values, c, this.dimension);
    if (product >= this.reach[row]!) this.offer(row, column, similarity);
    if (product >= this.reach[column]!) this.offer(column, row, similarity);
  }

  private offer(item: number, other: number, similarity: number): void {
    this.lists.offer(item, other, similarity);
    this.reach[item] = Math.max(this.reach[item]!, this.lists.threshold[item]! - this.slack);
  }
}

/**
 * In float64, always in the same order: the same for both directions, and for items with equal embeddings. Four sums, since each addition waits for
 * the last of its sum.
 */
function dot(a: Float32Array, row: number, b: Float32Array, column: number, dimension: number): number {
  const end = (row + 1) * dimension;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let at = row * dimension;
  let of = column * dimension;
  for (; at <= end - 4; at += 4, of += 4) {
    s0 += a[at]! * b[of]!;
    s1 += a[at + 1]! * b[of + 1]!;
    s2 += a[at + 2]! * b[of + 2]!;
    s3 += a[at + 3]! * b[of + 3]!;
  }
  for (; at < end; at++, of++) s0 += a[at]! * b[of]!;
  return s0 + s1 + (s2 + s3);
}

/** Bound on the error of a product of two unit vectors, however its terms are summed. */
function roundingOf(dimension: number): number {
  // Operands and result in 8 significant bits, sums in float32.
  if (backendPrecision() === 'bfloat16') return 2 ** -6 + dimension * 2 ** -23;
  const unit = tf.backend().floatPrecision() === 16 ? 2 ** -11 : 2 ** -24;
  return 1.01 * (dimension + 8) * unit;
}

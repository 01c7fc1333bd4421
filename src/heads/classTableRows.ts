import { checkNumber, InvalidArgumentError } from '../core/index.js';

/** A list of ids as distinct ones and the place of each entry among them. */
export interface DistinctIds {
  /** The ids, each once, in the order in which they first come, `[R]`. */
  readonly rows: Int32Array;
  /** For each entry of the list where its id stands in `rows`. */
  readonly places: Int32Array;
}

/** Finds the distinct ids of lists in time that does not grow with the number of classes; 4 bytes a class. */
export class IdIndex {
  /** Place of a class among the ids of the list at work; -1 between two lists, so that only its own entries are reset. */
  readonly #placeOf: Int32Array;

  constructor(readonly classes: number) {
    this.#placeOf = new Int32Array(classes).fill(-1);
  }

  /** @throws InvalidArgumentError If an id is not an integer in `0..classes-1`. */
  distinct(where: string, ids: ArrayLike<number>): DistinctIds {
    const placeOf = this.#placeOf;
    const rows = new Int32Array(ids.length);
    const places = new Int32Array(ids.length);
    let found = 0;
    let valid = 0;
    for (; valid < ids.length; valid++) {
      const id = ids[valid]!;
      const known = placeOf[id];
      // Neither a fraction nor an id out of range is an index of a typed array.
      if (known === undefined) break;
      if (known < 0) {
        placeOf[id] = found;
        rows[found++] = id;
      }
      places[valid] = placeOf[id]!;
    }
    for (let r = 0; r < found; r++) placeOf[rows[r]!] = -1;
    if (valid < ids.length) {
      checkNumber(where, `ids[${valid}]`, ids[valid], { min: 0, max: this.classes - 1, integer: true });
    }
    return { rows: rows.subarray(0, found), places };
  }
}

/** Takes the sums of {@link fetchRows}, so that they are not left out. */
const fetched = new Float64Array(1);

/**
 * Reads one number of every 64 bytes of the rows. These reads do not wait for one another, so that the rows of a large table come into
 * the cache three times as fast as in a loop that works on them.
 */
export function fetchRows(table: Float32Array | Int32Array, rows: Int32Array, width: number): void {
  let sum = 0;
  for (let r = 0; r < rows.length; r++) {
    const start = rows[r]! * width;
    for (let d = 0; d < width; d += 16) sum += table[start + d]!;
  }
  fetched[0] = sum;
}

/** Copies rows of `width` numbers of a table one behind the other. */
export function packRows(table: Float32Array, rows: Int32Array, width: number): Float32Array {
  fetchRows(table, rows, width);
  const packed = new Float32Array(rows.length * width);
  for (let r = 0; r < rows.length; r++) {
    const from = rows[r]! * width;
    packed.set(table.subarray(from, from + width), r * width);
  }
  return packed;
}

/** The lists one behind the other. */
export function joined(lists: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const list of lists) {
    all.set(list, start);
    start += list.length;
  }
  return all;
}

/**
 * The first `dimension` numbers of each row of `[classes, width]` as columns, `[dimension, classes]`, and the number behind them,
 * 0 where there is none.
 */
export function transposed(
  table: Float32Array,
  width: number,
  dimension: number,
): { columns: Float32Array; last: Float32Array } {
  const classes = table.length / width;
  const columns = new Float32Array(dimension * classes);
  const last = new Float32Array(classes);
  // In blocks of classes, so that both sides stay in the cache.
  for (let start = 0; start < classes; start += 64) {
    const end = Math.min(start + 64, classes);
    for (let d = 0; d < dimension; d++) {
      for (let c = start; c < end; c++) columns[d * classes + c] = table[c * width + d]!;
    }
    for (let c = start; c < end && dimension < width; c++) last[c] = table[c * width + dimension]!;
  }
  return { columns, last };
}

/** What `make` allocates; too large an array is an error that says so. */
export function allocate<T>(where: string, what: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const hint = 'Take fewer classes, a smaller dimension or an optimizer with less state';
    throw new InvalidArgumentError(where, `arrays that this runtime can allocate`, what, hint, { cause: error });
  }
}

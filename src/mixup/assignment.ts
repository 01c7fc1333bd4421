/**
 * The assignment of rows to columns with the smallest total cost, by shortest augmenting paths, O(n^3).
 *
 * @param cost Finite costs, `[n, n]` row by row.
 * @param size Number of rows and columns n.
 * @returns The column of each row, `[n]`.
 * @see Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems", 1987.
 */
export function optimalAssignment(cost: ArrayLike<number>, size: number): Int32Array {
  // Column `size` is a place to start from; it holds the row that is being assigned.
  const state: Assignment = {
    rowOf: new Int32Array(size + 1).fill(-1),
    rowPrice: new Float64Array(size),
    columnPrice: new Float64Array(size + 1),
  };
  for (let row = 0; row < size; row++) augment(cost, size, row, state);
  const columnOf = new Int32Array(size);
  for (let column = 0; column < size; column++) columnOf[state.rowOf[column]!] = column;
  return columnOf;
}

/** Who has which column, and prices under which no pair is cheaper than free and every assigned one is free. */
interface Assignment {
  readonly rowOf: Int32Array;
  readonly rowPrice: Float64Array;
  readonly columnPrice: Float64Array;
}

/** Gives `row` a column, along the cheapest chain of rows that move on to another. */
function augment(cost: ArrayLike<number>, size: number, row: number, state: Assignment): void {
  const { rowOf, rowPrice, columnPrice } = state;
  const distance = new Float64Array(size + 1).fill(Infinity);
  const previous = new Int32Array(size + 1).fill(size);
  const done = new Uint8Array(size + 1);
  rowOf[size] = row;
  let at = size;
  while (rowOf[at] !== -1) {
    done[at] = 1;
    const from = rowOf[at]!;
    let nearest = -1;
    for (let column = 0; column < size; column++) {
      if (done[column]) continue;
      const reduced = cost[from * size + column]! - rowPrice[from]! - columnPrice[column]!;
      if (reduced < distance[column]!) {
        distance[column] = reduced;
        previous[column] = at;
      }
      if (nearest === -1 || distance[column]! < distance[nearest]!) nearest = column;
    }
    const step = distance[nearest]!;
    for (let column = 0; column <= size; column++) {
      if (done[column]) {
        rowPrice[rowOf[column]!]! += step;
        columnPrice[column]! -= step;
      } else distance[column]! -= step;
    }
    at = nearest;
  }
  for (; at !== size; at = previous[at]!) rowOf[at] = rowOf[previous[at]!]!;
}

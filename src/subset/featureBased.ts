import { checkNumber, checkOneOf, InvalidArgumentError } from '../core/index.js';
import type { ObjectiveState, SubsetObjective } from './objective.js';
import { refuseNegative } from './similarityRows.js';

/** Features in compressed rows: those of item i are `ids[offsets[i] .. offsets[i + 1]]`, each at most once. */
export interface SparseFeatures {
  /** Number of features m. */
  readonly count: number;
  /** Start of each item's row, `[n + 1]`. */
  readonly offsets: ArrayLike<number>;
  /** Which features. */
  readonly ids: ArrayLike<number>;
  /** How much of each, at least 0. */
  readonly values: ArrayLike<number>;
}

/** Features of all items. */
export interface DenseFeatures {
  /** Number of features m. */
  readonly count: number;
  /** How much an item has of each, at least 0, `[n, m]`, row by row. */
  readonly values: ArrayLike<number>;
}

/** How the worth of a feature grows: $`sqrt(t)`$, `ln(1 + t)` or `min(t, saturation)`. */
export type ConcaveName = 'sqrt' | 'log' | 'min';

/** Options of {@link featureBased}. */
export interface FeatureBasedOptions {
  /** What each item has of each feature. */
  readonly features: SparseFeatures | DenseFeatures;
  /** How the worth of a feature grows. Default `'sqrt'`. */
  readonly concave?: ConcaveName;
  /** For `'min'`: how much of a feature is enough, above 0. Default 1. */
  readonly saturation?: number;
  /** Weight w of each feature, at least 0, `[m]`. Default 1. */
  readonly weights?: ArrayLike<number>;
}

const where = 'featureBased';

/**
 * Worth of the features that the selection has together: $`f(S) = sum_u w_u g( sum_{i in S} x_iu )`$ with a concave g.
 *
 * Monotone and submodular: of a feature that is there already, more is worth less. A gain costs the number of the item's features.
 *
 * @param options Features, the concave function and weights.
 * @returns The objective.
 * @throws InvalidArgumentError If a feature or a weight is negative or not finite, or sizes do not fit.
 * @example
 * ```ts
 * import { featureBased } from 'tfjs-longtail/subset';
 * const state = featureBased({ features: { count: 2, values: [4, 0, 5, 1] } }).start();
 * state.add(0);
 * console.log(state.value, state.gain(1)); // 2 2: 2 and (3 - 2) + 1 = 2
 * ```
 * @see Wei, Iyer and Bilmes, "Submodularity in Data Subset Selection and Active Learning", 2015.
 */
export function featureBased({
  features,
  concave = 'sqrt',
  saturation = 1,
  weights,
}: FeatureBasedOptions): SubsetObjective {
  checkOneOf(where, 'concave', concave, ['sqrt', 'log', 'min']);
  if (!(saturation > 0)) throw new InvalidArgumentError(where, 'saturation above 0', saturation);
  const rows = checkedRows(features);
  const worth = concaveOf(concave, saturation);
  const weightOf = checkedWeights(weights, rows.count);
  return {
    name: 'feature based',
    size: rows.size,
    properties: { monotone: true, submodular: true },
    start: () => new FeatureState(rows, worth, weightOf, new Float64Array(rows.count), new Uint8Array(rows.size), 0),
  };
}

function concaveOf(name: ConcaveName, saturation: number): (amount: number) => number {
  switch (name) {
    case 'sqrt':
      return Math.sqrt;
    case 'log':
      return Math.log1p;
    case 'min':
      return (amount) => Math.min(amount, saturation);
  }
}

interface FeatureRows {
  readonly size: number;
  readonly count: number;
  readonly offsets: Float64Array;
  readonly ids: Int32Array;
  readonly values: Float64Array;
}

/** Checked features without those that an item has nothing of. */
function checkedRows(features: SparseFeatures | DenseFeatures): FeatureRows {
  const { count, values } = features;
  checkNumber(where, 'count', count, { min: 1, integer: true });
  const sparse = 'offsets' in features;
  const size = sparse ? features.offsets.length - 1 : values.length / count;
  if (!Number.isInteger(size) || size < 1) {
    throw new InvalidArgumentError(where, `features of at least one item, ${count} each`, `${values.length} numbers`);
  }
  if (sparse) checkSparse(features, size);
  else refuseNegative(where, 'features', values, count);
  const rows = { size, count, offsets: new Float64Array(size + 1), ...emptyEntries(values) };
  for (let item = 0, end = 0; item < size; item++) {
    const [start, stop] = sparse
      ? [features.offsets[item]!, features.offsets[item + 1]!]
      : [item * count, (item + 1) * count];
    for (let at = start; at < stop; at++) {
      if (values[at] === 0) continue;
      rows.ids[end] = sparse ? features.ids[at]! : at - start;
      rows.values[end++] = values[at]!;
    }
    rows.offsets[item + 1] = end;
  }
  return rows;
}

function emptyEntries(values: ArrayLike<number>): Pick<FeatureRows, 'ids' | 'values'> {
  let entries = 0;
  for (let at = 0; at < values.length; at++) if (values[at] !== 0) entries++;
  return { ids: new Int32Array(entries), values: new Float64Array(entries) };
}

function checkSparse({ count, offsets, ids, values }: SparseFeatures, size: number): void {
  const lastRow = new Int32Array(count).fill(-1);
  if (offsets[0] !== 0 || offsets[size] !== values.length || ids.length !== values.length) {
    const got = `offsets from ${offsets[0]} to ${offsets[size]}, ${ids.length} ids and ${values.length} values`;
    throw new InvalidArgumentError(where, 'offsets from 0 to the number of ids and values', got);
  }
  for (let row = 0; row < size; row++) {
    if (!(offsets[row]! <= offsets[row + 1]!)) {
      throw new InvalidArgumentError(where, 'offsets that ascend', `${offsets[row + 1]} after ${offsets[row]}`);
    }
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
      const [id, value] = [ids[at]!, values[at]!];
      if (!(Number.isInteger(id) && id >= 0 && id < count)) {
        throw new InvalidArgumentError(where, `features 0..${count - 1}`, `${id} in row ${row}`);
      }
      if (lastRow[id] === row)
        throw new InvalidArgumentError(where, 'each feature once a row', `${id} twice in row ${row}`);
      lastRow[id] = row;
      if (!(value >= 0 && value < Infinity)) {
        throw new InvalidArgumentError(where, 'finite features of at least 0', `${value} in row ${row}`);
      }
    }
  }
}

function checkedWeights(weights: ArrayLike<number> | undefined, count: number): Float64Array {
  if (weights === undefined) return new Float64Array(count).fill(1);
  if (weights.length !== count)
    throw new InvalidArgumentError(where, `${count} weights, one a feature`, weights.length);
  refuseNegative(where, 'weights', weights, count);
  return Float64Array.from(weights);
}

class FeatureState implements ObjectiveState {
  constructor(
    private readonly rows: FeatureRows,
    private readonly worth: (amount: number) => number,
    private readonly weights: Float64Array,
    /** How much the selection has of each feature. */
    private readonly amounts: Float64Array,
    private readonly selected: Uint8Array,
    public value: number,
  ) {}

  gain(item: number): number {
    if (this.selected[item] === 1) return 0;
    const { offsets, ids, values } = this.rows;
    let gain = 0;
    for (let at = offsets[item]!; at < offsets[item + 1]!; at++) {
      const id = ids[at]!;
      const amount = this.amounts[id]!;
      gain += this.weights[id]! * (this.worth(amount + values[at]!) - this.worth(amount));
    }
    return gain;
  }

  add(item: number): ArrayLike<number> | 'all' {
    if (this.selected[item] === 1) return [];
    this.value += this.gain(item);
    this.selected[item] = 1;
    const { offsets, ids, values } = this.rows;
    for (let at = offsets[item]!; at < offsets[item + 1]!; at++) this.amounts[ids[at]!]! += values[at]!;
    return 'all';
  }

  clone(): ObjectiveState {
    const { rows, worth, weights, amounts, selected, value } = this;
    return new FeatureState(rows, worth, weights, amounts.slice(), selected.slice(), value);
  }
}

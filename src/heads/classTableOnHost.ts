import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, InvalidArgumentError, type RandomStream } from '../core/index.js';
import type { RowState } from '../optimizers/index.js';
import { checkFeatures } from './classSums.js';
import type { ClassTable, ClassTableOptions, HostArray, ScoreIdsOptions } from './classTable.js';
import type { PendingGradient } from './classTableGradients.js';
import { allocate, fetchRows, IdIndex, joined, packRows, transposed } from './classTableRows.js';
import { scoreRows } from './classTableScores.js';
import type { DenseWeights } from './nearestClassMean.js';

const where = 'classTable';

/** A class table as typed arrays. */
export class HostTable implements ClassTable {
  readonly classes: number;
  readonly dimension: number;
  readonly anchor: tf.Variable;
  readonly #width: number;
  readonly #weights: Float32Array;
  readonly #optimizer: RowState;
  readonly #index: IdIndex;
  #pending: PendingGradient[] = [];
  #sums = new Float32Array();

  constructor({ classes, dimension, optimizer, bias = false, random }: ClassTableOptions) {
    this.classes = checkNumber(where, 'classes', classes, { min: 2, integer: true });
    this.dimension = checkNumber(where, 'dimension', dimension, { min: 1, integer: true });
    this.#width = dimension + Number(bias);
    const size = classes * this.#width;
    this.#weights = allocate(where, `${classes} x ${this.#width} weights`, () => new Float32Array(size));
    const stateOf = `the state of ${optimizer.name} for ${classes} x ${this.#width} weights`;
    this.#optimizer = allocate(where, stateOf, () => optimizer.start(size));
    this.#index = new IdIndex(classes);
    if (random) this.#initialize(random);
    this.anchor = tf.tidy(() => tf.variable(tf.scalar(0)));
  }

  score(features: tf.Tensor2D, ids: ArrayLike<number>, { perExample = false }: ScoreIdsOptions = {}): tf.Tensor2D {
    return this.#score(`${where}.score`, features, ids, perExample);
  }

  scorePairs(features: tf.Tensor2D, ids: ArrayLike<number>): tf.Tensor1D {
    const name = `${where}.scorePairs`;
    checkFeatures(name, features, [ids.length, this.dimension]);
    return tf.tidy(() => tf.reshape(this.#score(name, features, ids, true), [-1]));
  }

  async applyGradients({ learningRate }: { readonly learningRate: number }): Promise<void> {
    const name = `${where}.applyGradients`;
    checkNumber(name, 'learningRate', learningRate, { min: 0 });
    const pending = this.#pending;
    this.#pending = [];
    if (pending.length === 0) {
      const hint = 'Score within the function that is differentiated, and apply once after its gradient';
      throw new InvalidArgumentError(name, 'a gradient of the rows since the last step', 'none', hint);
    }
    try {
      const gradients = await Promise.all(pending.map((gradient) => gradient.read()));
      const { rows, places } = this.#index.distinct(name, joined(pending.map(({ ids }) => ids)));
      const values = this.#emptySums(rows.length * this.#width);
      let start = 0;
      gradients.forEach((addTo, i) => {
        const end = start + pending[i]!.ids.length;
        addTo(values, places.subarray(start, end), i === 0);
        start = end;
      });
      for (const array of [this.#weights, ...Object.values(this.#optimizer.arrays)]) {
        if (array.length === this.#weights.length) fetchRows(array, rows, this.#width);
      }
      this.#optimizer.update(this.#weights, { rows, values, width: this.#width }, learningRate);
    } finally {
      pending.forEach((gradient) => gradient.dispose());
    }
  }

  discardGradients(): void {
    this.#pending.forEach((gradient) => gradient.dispose());
    this.#pending = [];
  }

  state(): Readonly<Record<string, HostArray>> {
    const shape = [this.classes, this.#width];
    const arrays = { weights: this.#weights, ...this.#optimizer.arrays };
    return Object.fromEntries(
      Object.entries(arrays).map(([name, values]) => {
        return [name, { values, shape: values.length === this.#weights.length ? shape : [values.length] }];
      }),
    );
  }

  restore(state: Readonly<Record<string, HostArray>>): void {
    const own = this.state();
    checkState(own, state);
    for (const [name, { values }] of Object.entries(own)) values.set(state[name]!.values);
  }

  toDense(): DenseWeights {
    const { classes, dimension } = this;
    const { columns, last } = transposed(this.#weights, this.#width, dimension);
    return { kernel: tf.tensor2d(columns, [dimension, classes]), bias: tf.tensor1d(last) };
  }

  dispose(): void {
    this.discardGradients();
    this.anchor.dispose();
  }

  #score(name: string, features: tf.Tensor2D, ids: ArrayLike<number>, perExample: boolean): tf.Tensor2D {
    checkFeatures(name, features, [null, this.dimension]);
    checkNumber(name, 'ids.length', ids.length, { min: 1 });
    if (perExample && ids.length % features.shape[0] !== 0) {
      throw new InvalidArgumentError(name, `as many ids for each of ${features.shape[0]} examples`, ids.length);
    }
    const { rows, places } = this.#index.distinct(name, ids);
    const scored = { ids: new Int32Array(ids), rows, places, packed: packRows(this.#weights, rows, this.#width) };
    const { anchor } = this;
    const onGradient = (gradient: PendingGradient): void => void this.#pending.push(gradient);
    return tf.tidy(() => scoreRows(features, { where: name, scored, perExample, anchor, onGradient }));
  }

  /** The same memory in every step: new arrays of this size would keep the garbage collector busy. */
  #emptySums(length: number): Float32Array {
    if (this.#sums.length < length) this.#sums = new Float32Array(length);
    return this.#sums.subarray(0, length).fill(0);
  }

  #initialize(random: RandomStream): void {
    const bound = 1 / Math.sqrt(this.dimension);
    for (let c = 0; c < this.classes; c++) {
      const start = c * this.#width;
      for (let d = 0; d < this.dimension; d++) this.#weights[start + d] = bound * (2 * random.uniform() - 1);
    }
  }
}

/** Throws unless `state` has exactly the arrays of `own`. */
function checkState(own: Readonly<Record<string, HostArray>>, state: Readonly<Record<string, HostArray>>): void {
  const text = (array: HostArray | undefined): string => {
    return array ? `${array.values instanceof Float32Array ? 'float32' : 'int32'} [${array.shape.join(', ')}]` : 'none';
  };
  for (const name of new Set([...Object.keys(own), ...Object.keys(state)])) {
    const [wanted, got] = [text(own[name]), text(state[name])];
    const fits = wanted === got && own[name]!.values.length === state[name]!.values.length;
    if (!fits) throw new InvalidArgumentError(`${where}.restore`, `${name} as ${wanted}`, got);
  }
}

import * as tf from '@tensorflow/tfjs-core';
import { checkDtype, checkShape, InvalidArgumentError, type LabelsLike } from '../core/index.js';

/** Throws unless `features` are `[B, D]` float32 of the given shape, in which `null` stands for any size. */
export function checkFeatures(where: string, features: tf.Tensor2D, shape: readonly (number | null)[]): void {
  checkShape(where, 'features', features, shape);
  checkDtype(where, 'features', features, 'float32');
}

/** Sums of feature vectors by class, in float64. */
export class ClassSums {
  /** Feature vectors of each class. */
  readonly support: number[];
  #sums: Float64Array | undefined;

  constructor(
    readonly where: string,
    readonly numClasses: number,
  ) {
    this.support = new Array<number>(numClasses).fill(0);
  }

  /** Length D of a feature vector, known from the first batch on; 0 before. */
  get dimension(): number {
    return (this.#sums?.length ?? 0) / this.numClasses;
  }

  /** Adds a batch, or nothing of it when a value is not valid. */
  async add(targets: LabelsLike, features: tf.Tensor2D): Promise<void> {
    if (targets instanceof tf.Tensor) checkShape(this.where, 'targets', targets, [null]);
    const rows = targets instanceof tf.Tensor ? targets.size : targets.length;
    checkFeatures(this.where, features, [rows, this.dimension || null]);
    const dimension = features.shape[1];
    const [labels, values] = await Promise.all([
      targets instanceof tf.Tensor ? targets.data() : targets,
      features.data(),
    ]);
    this.#check(labels, values, dimension);
    this.#sums ??= new Float64Array(this.numClasses * dimension);
    for (let row = 0; row < labels.length; row++) {
      const label = labels[row]!;
      if (label === -1) continue;
      this.support[label]! += 1;
      for (let d = 0; d < dimension; d++) this.#sums[label * dimension + d]! += values[row * dimension + d]!;
    }
  }

  #check(labels: ArrayLike<number>, values: ArrayLike<number>, dimension: number): void {
    for (let row = 0; row < labels.length; row++) {
      const label = labels[row]!;
      if (Number.isInteger(label) && label >= -1 && label < this.numClasses) continue;
      const expected = `targets[${row}] to be in 0..${this.numClasses - 1}, or -1 (ignored)`;
      throw new InvalidArgumentError(this.where, expected, label);
    }
    for (let i = 0; i < values.length; i++) {
      if (Number.isFinite(values[i])) continue;
      const got = `${values[i]} in row ${Math.floor(i / dimension)}`;
      throw new InvalidArgumentError(this.where, 'finite features', got);
    }
  }

  /** Mean of each class, row-major `[C, D]`. */
  means(): Float64Array {
    const missing = this.support.indexOf(0);
    if (missing >= 0) {
      throw new InvalidArgumentError(this.where, 'an example of every class', `none of class ${missing}`);
    }
    return this.#sums!.map((sum, i) => sum / this.support[Math.floor(i / this.dimension)]!);
  }
}

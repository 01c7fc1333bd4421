import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, InvalidArgumentError } from '../core/index.js';

/**
 * Rows of 0 and 1 from lists of labels: the targets of {@link sigmoidCrossEntropy}.
 *
 * @param labels For each example the class ids that it carries, integers in `0..numClasses-1`, none twice; may be empty.
 * @param numClasses Number of classes C.
 * @returns The rows, `[B, C]` float32.
 * @throws InvalidArgumentError If a label is out of range or occurs twice in one list; the message says where.
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { multiHot } from 'tfjs-longtail/losses';
 * const rows = multiHot([[0, 2], [], [1]], 3);
 * console.log(Array.from(await rows.data()).join(' ')); // 1 0 1 0 0 0 0 1 0
 * ```
 */
export function multiHot(labels: ArrayLike<ArrayLike<number>>, numClasses: number): tf.Tensor2D {
  const where = 'multiHot';
  checkNumber(where, 'numClasses', numClasses, { min: 1, integer: true });
  const rows = new Float32Array(labels.length * numClasses);
  for (let row = 0; row < labels.length; row++) {
    const list = labels[row]!;
    for (let i = 0; i < list.length; i++) {
      const range = { min: 0, max: numClasses - 1, integer: true };
      const place = row * numClasses + checkNumber(where, `labels[${row}][${i}]`, list[i], range);
      if (rows[place] === 1)
        throw new InvalidArgumentError(where, `distinct labels in labels[${row}]`, `${list[i]} twice`);
      rows[place] = 1;
    }
  }
  return tf.tensor2d(rows, [labels.length, numClasses]);
}

import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkNumber, InvalidArgumentError } from '../core/index.js';

/** Configuration of {@link OptionAShortcut}: what tf.layers gives every layer, and the width. */
export interface OptionAShortcutConfig {
  /** Channels of the output, at least those of the input. */
  readonly filters: number;
  /** Name of the layer; made up when left out. */
  readonly name?: string;
}

/**
 * The parameter-free shortcut ("option A") of a CIFAR ResNet: every second pixel, and zero channels on both sides.
 *
 * `[B, H, W, C] -> [B, ceil(H / 2), ceil(W / 2), filters]`. The pixels kept are the centres of the windows of a 3x3
 * convolution with stride 2 and padding `same`, so that both branches of the block look at the same place: the odd
 * rows of an even number (TensorFlow then pads at the far side only), the even rows of an odd number.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { OptionAShortcut } from 'tfjs-longtail/models';
 * const shortcut = new OptionAShortcut({ filters: 32 });
 * const y = shortcut.apply(tf.ones([1, 8, 8, 16])) as tf.Tensor;
 * console.log(y.shape); // [ 1, 4, 4, 32 ]
 * y.dispose();
 * ```
 * @see He et al., "Deep residual learning for image recognition", 2016, sections 3.3 and 4.2.
 */
export class OptionAShortcut extends tfl.layers.Layer {
  /** Name under which tf.layers saves and loads the layer. */
  static readonly className = 'LongtailOptionAShortcut';
  readonly #filters: number;

  /**
   * @param config `filters`: channels of the output.
   * @throws InvalidArgumentError If `filters` is not a positive integer.
   */
  constructor(config: OptionAShortcutConfig) {
    super({ ...config });
    this.#filters = checkNumber('OptionAShortcut', 'filters', config.filters, { min: 1, integer: true });
  }

  /** @internal */
  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const channels = (inputShape as tfl.Shape)[3]!;
    if (!(channels <= this.#filters)) {
      throw new InvalidArgumentError('OptionAShortcut', `an input of at most ${this.#filters} channels`, channels);
    }
    super.build(inputShape);
  }

  /** @internal */
  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch, rows, columns] = inputShape as tfl.Shape;
    const half = (size: number | null | undefined): number | null =>
      typeof size === 'number' ? Math.ceil(size / 2) : null;
    return [batch ?? null, half(rows), half(columns), this.#filters];
  }

  /** @internal */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    return tf.tidy(() => withZeroChannels(everySecondPixel(x), this.#filters));
  }

  /** @internal */
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), filters: this.#filters };
  }
}

/** Reshaping and one slice, because no backend differentiates `stridedSlice`. */
function everySecondPixel(x: tf.Tensor4D): tf.Tensor4D {
  const [batch, rows, columns, channels] = x.shape;
  const [oddRows, oddColumns] = [rows % 2, columns % 2];
  // prettier-ignore
  const even = oddRows + oddColumns === 0 ? x : tf.pad(x, [[0, 0], [0, oddRows], [0, oddColumns], [0, 0]]);
  const halfRows = (rows + oddRows) / 2;
  const halfColumns = (columns + oddColumns) / 2;
  const pairs = tf.reshape(even, [batch * halfRows, 2, halfColumns, 2 * channels]);
  const centres = tf.slice(pairs, [0, 1 - oddRows, 0, (1 - oddColumns) * channels], [-1, 1, -1, channels]);
  return tf.reshape(centres, [batch, halfRows, halfColumns, channels]);
}

function withZeroChannels(x: tf.Tensor4D, filters: number): tf.Tensor4D {
  const missing = filters - x.shape[3];
  const before = Math.floor(missing / 2);
  // prettier-ignore
  return missing === 0 ? x : tf.pad(x, [[0, 0], [0, 0], [0, 0], [before, missing - before]]);
}

tf.serialization.registerClass(OptionAShortcut);

import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {
  checkDtype,
  checkNumber,
  checkOneOf,
  checkShape,
  InvalidArgumentError,
  type RandomStream,
  refuseWrongWebgl,
} from '../core/index.js';
import { drawMixtures } from './drawMixtures.js';
import { checkAlpha } from './equalStrength.js';
import { GapSums, type Linearity } from './gapSums.js';
import { probesOf } from './probedLayers.js';

/** Options of {@link probeLinearity}. */
export interface ProbeLinearityOptions {
  /** Where the mixtures come from; the same stream gives the same mixtures for another network. */
  readonly random: RandomStream;
  /** Points of a mixture K, at least 1 and at most N: different examples. Default 2. */
  readonly points?: number;
  /** Parameter of the symmetric Dirichlet distribution of the shares, above 0. Default 1: uniform on the simplex. */
  readonly alpha?: number;
  /** Number of mixtures, at least 1. Default N. */
  readonly mixtures?: number;
  /**
   * Points from `'any'` examples (default), all of one `'class'`, or each of another class: `'across'`. Classes of fewer than K
   * examples take no part in `'class'`.
   */
  readonly within?: 'any' | 'class' | 'across';
  /** Class ids of `x`, `[N]`, integers of at least 0; needed unless `within` is `'any'`. */
  readonly labels?: ArrayLike<number>;
  /** Names of the layers to probe. Default: every layer with weights or an activation. */
  readonly layers?: readonly string[];
  /** Probe the softmax of the model's output as well, where that is logits: `[B, C]` with no activation. Default true. */
  readonly softmax?: boolean;
  /** Mixtures in a batch: the network sees K + 1 times as many rows, and keeps what each probed layer makes of them. Default 32. */
  readonly batchSize?: number;
}

/** Linearity of one layer: plain JSON. */
export interface LayerLinearity extends Linearity {
  /** Name of the layer, or `'softmax'` for the probabilities made of the logits. */
  readonly layer: string;
  /** Shape of its activation, without the batch axis. */
  readonly shape: readonly number[];
}

/**
 * How linear each layer of a network is between examples: for mixtures $`x~ = sum_k l_k x_k`$, $`l ~ Dir(alpha)`$, the gap
 * $`||h(x~) - sum_k l_k h(x_k)||^2`$.
 *
 * Layers run in evaluation mode and their activations are flattened; $`lin = sum_k l_k h(x_k)`$, $`m = h(x~)`$ and
 * $`spread = sum_k l_k ||h(x_k) - lin||^2`$ are made in float64. The measures can rank networks differently: report
 * {@link Linearity.gapOverSpread} and {@link Linearity.gap} at least. A network with linear probabilities has logits that are not.
 *
 * @param model Any tf.layers model with one input; a model inside it counts as one layer. It stays as it is.
 * @param x Held-out inputs, `[N, ...]` float32.
 * @param options The random stream; points, shares, which examples meet, which layers.
 * @returns The measures of each layer, from the inputs to the outputs, the softmax last.
 * @throws InvalidArgumentError If the model has another number of inputs, $`x`$ or an option does not fit, a layer is not there,
 *   or an activation is not finite.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { probeLinearity } from 'tfjs-longtail/mixup';
 * import { mlp } from 'tfjs-longtail/models';
 * const model = mlp({ inputShape: [4], hiddenUnits: [8, 8], numClasses: 3, random: randomStream(1) });
 * const x = tf.randomNormal([100, 4], 0, 1, 'float32', 1);
 * const layers = await probeLinearity(model, x, { random: randomStream(2), points: 3 });
 * console.log(layers.map(({ layer }) => layer).join(' ')); // hidden1 features logits softmax
 * ```
 * @see Chaudhry et al., "When does mixup promote local linearity in learned representations?", 2022.
 */
export async function probeLinearity(
  model: tfl.LayersModel,
  x: tf.Tensor,
  options: ProbeLinearityOptions,
): Promise<LayerLinearity[]> {
  refuseWrongWebgl(where);
  checkInputs(model, x);
  const { layers, softmax = true, random } = options;
  const settings = resolve(options, x.shape[0]);
  const { points, batchSize } = settings;
  const probes = probesOf(where, model, layers, softmax);
  const { examples, shares } = drawMixtures(where, x.shape[0], settings, random);
  const outputs = [...new Set(probes.map(({ output }) => output))];
  const network = tfl.model({ name: `${model.name}_probe`, inputs: model.inputs, outputs });
  const layerSums = probes.map((probe) => ({ probe, shape: [] as number[], sums: new GapSums() }));
  for (let start = 0; start < examples.length; start += batchSize * points) {
    const end = start + batchSize * points;
    const weights = shares.subarray(start, end);
    const activations = forward(network, x, examples.subarray(start, end), weights, points);
    try {
      for (const [i, output] of outputs.entries()) {
        const values = await activations[i]!.data<'float32'>();
        for (const layer of layerSums.filter(({ probe }) => probe.output === output)) {
          layer.shape = activations[i]!.shape.slice(1);
          layer.sums.add(layer.probe.softmax ? softmaxOfRows(values, layer.shape[0]!) : values, weights, points);
        }
      }
    } finally {
      tf.dispose(activations);
    }
  }
  return layerSums.map(({ probe, shape, sums }) => finite({ layer: probe.layer, shape, ...sums.result() }));
}

const where = 'probeLinearity';

function checkInputs({ name, inputs }: tfl.LayersModel, x: tf.Tensor): void {
  if (inputs.length !== 1) {
    throw new InvalidArgumentError(where, `"${name}" to have one input`, inputs.length);
  }
  checkShape(where, 'x', x, inputs[0]!.shape);
  checkDtype(where, 'x', x, 'float32');
}

function resolve(options: ProbeLinearityOptions, size: number) {
  const { points = 2, alpha = 1, mixtures = size, within = 'any', batchSize = 32, labels } = options;
  checkNumber(where, 'points', points, { min: 1, integer: true });
  checkNumber(where, 'mixtures', mixtures, { min: 1, integer: true });
  checkNumber(where, 'batchSize', batchSize, { min: 1, integer: true });
  checkAlpha(where, 'alpha', alpha);
  checkOneOf(where, 'within', within, ['any', 'class', 'across']);
  return { points, alpha, mixtures, within, batchSize, labels };
}

/** Activations `[b * K + b, ...]` of each output: of the points of each mixture, then of the mixtures. */
function forward(
  network: tfl.LayersModel,
  x: tf.Tensor,
  examples: Int32Array,
  shares: Float32Array,
  points: number,
): tf.Tensor[] {
  const mixtures = examples.length / points;
  return tf.tidy(() => {
    const rows = tf.gather(x, tf.tensor1d(examples.slice(), 'int32'));
    const weighted = tf.mul(
      tf.reshape(rows, [mixtures, points, -1]),
      tf.tensor3d(shares.slice(), [mixtures, points, 1]),
    );
    const mixed = tf.reshape(tf.sum(weighted, 1), [mixtures, ...x.shape.slice(1)]);
    const made = network.apply(tf.concat([rows, mixed]), { training: false }) as tf.Tensor | tf.Tensor[];
    return Array.isArray(made) ? made : [made];
  });
}

function softmaxOfRows(logits: Float32Array, classes: number): Float64Array {
  const out = Float64Array.from(logits);
  for (let start = 0; start < out.length; start += classes) {
    const row = out.subarray(start, start + classes);
    const largest = row.reduce((most, value) => Math.max(most, value), -Infinity);
    const total = row.reduce((sum, value) => sum + Math.exp(value - largest), 0);
    row.forEach((value, c) => (row[c] = Math.exp(value - largest) / total));
  }
  return out;
}

function finite(result: LayerLinearity): LayerLinearity {
  if (Number.isFinite(result.gap)) return result;
  throw new InvalidArgumentError(where, `finite activations in layer "${result.layer}"`, 'NaN or Infinity');
}

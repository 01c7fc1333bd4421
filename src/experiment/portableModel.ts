import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** What {@link portableModel} adds to a model. */
export interface PortableOptions {
  /** Subtracted from the logits, `[C]`; `null`: nothing. */
  readonly offsets: Float64Array | null;
  /** Whether the model ends in probabilities. */
  readonly softmax: boolean;
}

/** A layer as the topology of a saved model has it. */
interface LayerEntry {
  class_name: string;
  readonly config: { readonly name: string; readonly filters?: number };
}

/** A layer of ours as one of TensorFlow.js with the same name that computes the same. */
interface Replacement {
  readonly className: string;
  readonly config: (entry: LayerEntry) => object;
  readonly weights: (layer: tfl.layers.Layer, replaced: tfl.layers.Layer) => tf.Tensor[];
}

// What every loader knows; models with classes of their own are loaded later.
const known = new Set(Object.keys(tf.serialization.SerializationMap.getMap().classNameMap));

const replacements: Readonly<Record<string, Replacement>> = {
  // Every second pixel is the centre of a 3x3 window, which a kernel of one 1 a channel copies.
  LongtailOptionAShortcut: {
    className: 'Conv2D',
    config: ({ config: { name, filters } }) => ({
      name,
      filters,
      kernel_size: [3, 3],
      strides: [2, 2],
      padding: 'same',
      data_format: 'channels_last',
      use_bias: false,
      trainable: false,
    }),
    weights: (layer) => [centreKernel((layer.input as tfl.SymbolicTensor).shape[3]!, layer.outputShape as tfl.Shape)],
  },
  LongtailClassScale: {
    className: 'BatchNormalization',
    config: ({ config: { name } }) => ({ name, axis: -1, epsilon: 0, center: true, scale: true }),
    weights: (layer) => {
      const [scale] = layer.getWeights();
      const [zeros, ones] = [tf.zerosLike(scale!), tf.onesLike(scale!)];
      return [scale!, zeros, zeros, ones];
    },
  },
};

/**
 * A model of layers of TensorFlow.js alone that gives the same logits, less the offsets, so that a page loads it without
 * this package; layers for which there is no such form stay as they are.
 *
 * @returns The model, which the caller disposes, and the names of the layer classes that its loader must know.
 */
export async function portableModel(
  model: tfl.LayersModel,
  { offsets, softmax }: PortableOptions,
): Promise<{ readonly model: tfl.LayersModel; readonly customLayers: string[] }> {
  const topology = model.toJSON(null, false) as unknown as { readonly config: { readonly layers: LayerEntry[] } };
  for (const entry of topology.config.layers) {
    const replacement = replacements[entry.class_name];
    if (replacement) Object.assign(entry, { class_name: replacement.className, config: replacement.config(entry) });
  }
  const twin = await tfl.models.modelFromJSON(topology as unknown as Parameters<typeof tfl.models.modelFromJSON>[0]);
  tf.tidy(() => {
    for (const layer of model.layers) {
      const copy = twin.getLayer(layer.name);
      copy.setWeights(replacements[layer.getClassName()]?.weights(layer, copy) ?? layer.getWeights());
    }
  });
  let output = twin.outputs[0]!;
  if (offsets !== null) output = lessOffsets(output, offsets);
  if (softmax) output = tfl.layers.softmax({ name: 'probabilities' }).apply(output) as tfl.SymbolicTensor;
  const classes = [...new Set(twin.layers.map((layer) => layer.getClassName()))];
  return {
    model: output === twin.outputs[0] ? twin : tfl.model({ name: model.name, inputs: twin.inputs, outputs: output }),
    customLayers: classes.filter((name) => name.startsWith('Longtail') || !known.has(name)),
  };
}

/** Puts the offsets into the bias of the last layer, or into a layer of its own where that has none. */
function lessOffsets(output: tfl.SymbolicTensor, offsets: Float64Array): tfl.SymbolicTensor {
  const last = output.sourceLayer;
  if (hasBias(last)) {
    tf.tidy(() => {
      const [kernel, bias, ...rest] = last.getWeights();
      last.setWeights([kernel!, tf.sub(bias!, tf.tensor1d(Float32Array.from(offsets))), ...rest]);
    });
    return output;
  }
  const layer = tfl.layers.batchNormalization({ name: 'adjustment', axis: -1, epsilon: 0, scale: false });
  const shifted = layer.apply(output) as tfl.SymbolicTensor;
  tf.tidy(() => {
    const shift = tf.neg(tf.tensor1d(Float32Array.from(offsets)));
    layer.setWeights([shift, tf.zerosLike(shift), tf.onesLike(shift)]);
  });
  return shifted;
}

/** Whether the second weight of a layer is added to what it gives. */
function hasBias(layer: tfl.layers.Layer): boolean {
  const { useBias, activation, epsilon } = layer.getConfig();
  const isDense = layer.getClassName() === 'Dense' && useBias === true && activation === 'linear';
  return isDense || (layer.getClassName() === 'BatchNormalization' && epsilon === 0 && layer.getWeights().length === 4);
}

/** `[3, 3, channels, filters]` with a 1 at the centre from each channel to its place among the filters. */
function centreKernel(channels: number, outputShape: tfl.Shape): tf.Tensor {
  const filters = outputShape[3]!;
  const before = Math.floor((filters - channels) / 2);
  const values = new Float32Array(9 * channels * filters);
  for (let c = 0; c < channels; c++) values[(4 * channels + c) * filters + before + c] = 1;
  return tf.tensor4d(values, [3, 3, channels, filters]);
}

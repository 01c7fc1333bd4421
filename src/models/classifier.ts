import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { didYouMean, InvalidArgumentError } from '../core/index.js';
import { KernelizedSoftmax } from '../heads/index.js';

/** How a forward pass is made. */
export interface ForwardOptions {
  /** `true` normalises by the batch, updates the running averages and drops units out. Default `false`. */
  readonly training?: boolean;
}

/** A network in two parts: features of the inputs, and logits of the features. */
export interface Classifier {
  /** The whole network, from inputs to logits; its weights are those of both parts. */
  readonly model: tfl.LayersModel;
  /** Number of classes C. */
  readonly numClasses: number;
  /** The layers from the features to the logits, in order. */
  readonly head: readonly tfl.layers.Layer[];
  /** The variables that training changes now, in the order of the model; read anew at each access. */
  readonly trainableVariables: tf.Variable[];
  /** Features `[B, D]` of inputs `[B, ...]`. */
  features(x: tf.Tensor, options?: ForwardOptions): tf.Tensor;
  /** Logits `[B, C]` of features `[B, D]`. */
  logits(features: tf.Tensor, options?: ForwardOptions): tf.Tensor2D;
  /** Disposes the model. */
  dispose(): void;
}

/** Options of {@link classifierFromModel}. */
export interface ClassifierOptions {
  /** Name of the layer whose output is the features. Default: the layer that feeds the last dense or kernelized one. */
  readonly features?: string;
}

/**
 * Splits a tf.layers model with logits as output into features and logits.
 *
 * Both parts share the model's layers and run each layer once, so that `logits(features(x))` does the work of
 * `model.apply(x)`, batch-norm statistics included, and the model itself stays as it was. The classifier takes the
 * model over: its `dispose` disposes it.
 *
 * @param model One input, one output `[B, C]` of raw logits; from the features on, a plain chain of layers.
 * @param options `features`: name of a layer.
 * @returns The classifier.
 * @throws InvalidArgumentError If the output is not `[B, C]` or ends in a softmax or sigmoid, there is no such layer, or
 *   layers with several inputs follow it.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { classifierFromModel, mlp } from 'tfjs-longtail/models';
 * const classifier = classifierFromModel(mlp({ inputShape: [4], numClasses: 3, random: randomStream(1) }));
 * const logits = tf.tidy(() => classifier.logits(classifier.features(tf.ones([2, 4]))));
 * console.log(logits.shape); // [ 2, 3 ]
 * logits.dispose();
 * classifier.dispose();
 * ```
 */
export function classifierFromModel(model: tfl.LayersModel, options: ClassifierOptions = {}): Classifier {
  const numClasses = classesOf(model);
  refuseProbabilities(model);
  const { features, head } = splitAt(model, options.features);
  const body = tfl.model({ name: `${model.name}_features`, inputs: model.inputs, outputs: features });
  return {
    model,
    numClasses,
    head,
    get trainableVariables() {
      return model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    },
    features: (x, { training = false } = {}) => tf.tidy(() => body.apply(x, { training }) as tf.Tensor),
    logits: (x, { training = false } = {}) =>
      tf.tidy(() => head.reduce((y, layer) => layer.apply(y, { training }) as tf.Tensor, x) as tf.Tensor2D),
    // The body counts no references of its own: disposing the model frees every layer of both parts.
    dispose: () => void model.dispose(),
  };
}

function classesOf(model: tfl.LayersModel): number {
  const [rank, numClasses] = [model.outputs[0]!.shape.length, model.outputs[0]!.shape[1]];
  if (model.inputs.length === 1 && model.outputs.length === 1 && rank === 2 && typeof numClasses === 'number') {
    return numClasses;
  }
  const got = `inputs: ${model.inputs.length}, output shape: ${JSON.stringify(model.outputShape)}`;
  throw new InvalidArgumentError('classifierFromModel', 'a model with one input and one output [B, C]', got);
}

/** Losses of logits would train on probabilities without any sign of it. */
function refuseProbabilities(model: tfl.LayersModel): void {
  const last = model.outputs[0]!.sourceLayer;
  const activation = last.getClassName() === 'Softmax' ? 'softmax' : last.getConfig()['activation'];
  if (activation !== 'softmax' && activation !== 'sigmoid') return;
  const hint = 'Leave the activation of that layer out: the losses take logits';
  const got = `${activation} in layer "${last.name}"`;
  throw new InvalidArgumentError('classifierFromModel', `"${model.name}" to give logits`, got, hint);
}

/** The features as a symbolic tensor of the model, and the layers from there to the logits. */
interface Split {
  readonly features: tfl.SymbolicTensor;
  readonly head: readonly tfl.layers.Layer[];
}

/** Walks from the logits towards the inputs until the layer `name`, or until the first layer with class weights is passed. */
function splitAt(model: tfl.LayersModel, name: string | undefined): Split {
  const names = model.layers.map((layer) => layer.name);
  if (name !== undefined && !names.includes(name)) {
    const hint = didYouMean(name, names);
    throw new InvalidArgumentError('classifierFromModel', `features to name a layer of "${model.name}"`, name, hint);
  }
  const head: tfl.layers.Layer[] = [];
  let tensor = model.outputs[0]!;
  while (tensor.sourceLayer.name !== name) {
    const layer = tensor.sourceLayer;
    const { inboundLayers, inputTensors } = layer.inboundNodes[tensor.nodeIndex]!;
    if (inboundLayers.length !== 1) throw noChain(model, name, layer, inboundLayers.length);
    head.unshift(layer);
    tensor = inputTensors[0]!;
    if (name === undefined && (layer.getClassName() === 'Dense' || layer instanceof KernelizedSoftmax)) break;
  }
  return { features: tensor, head };
}

function noChain(
  model: tfl.LayersModel,
  name: string | undefined,
  layer: tfl.layers.Layer,
  inputs: number,
): InvalidArgumentError {
  const chain = name === undefined ? 'a dense layer in the chain' : `a chain of layers from "${name}"`;
  return new InvalidArgumentError(
    'classifierFromModel',
    `${chain} to the logits of "${model.name}"`,
    `layer "${layer.name}" with ${inputs} inputs`,
    'Name a layer after it with the option features',
  );
}

import type * as tfl from '@tensorflow/tfjs-layers';
import { didYouMean, InvalidArgumentError } from '../core/index.js';

/** A place in a network that is probed. */
export interface Probe {
  /** Name of the layer, or `softmax` for what is made of the logits. */
  readonly layer: string;
  /** Output of the layer. */
  readonly output: tfl.SymbolicTensor;
  /** Whether the softmax of the output is probed instead. */
  readonly softmax: boolean;
}

/** Layers without weights that are not linear, and whose configuration names no activation. */
const rectifiers = new Set(['ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU', 'Softmax']);

/** The places to probe, from the inputs to the outputs; a layer that is used several times is there as often. */
export function probesOf(
  where: string,
  model: tfl.LayersModel,
  layers: readonly string[] | undefined,
  softmax: boolean,
): Probe[] {
  const outputs = outputsOf(model);
  const names = [...new Set(outputs.map(({ sourceLayer }) => sourceLayer.name))];
  const unknown = layers?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const expected = `layers to name layers of "${model.name}"`;
    throw new InvalidArgumentError(where, expected, unknown, didYouMean(unknown, names));
  }
  const chosen = outputs.filter(({ sourceLayer }) => layers?.includes(sourceLayer.name) ?? shapes(sourceLayer));
  const probes = chosen.map((output) => ({ layer: output.sourceLayer.name, output, softmax: false }));
  const logits = softmax ? logitsOf(model) : undefined;
  if (logits) probes.push({ layer: 'softmax', output: logits, softmax: true });
  if (probes.length > 0) return probes;
  throw new InvalidArgumentError(
    where,
    `layers of "${model.name}" to probe`,
    'none',
    'Name some with the option layers',
  );
}

/** What the layers of a model give out in it, each after what it depends on. */
function outputsOf(model: tfl.LayersModel): tfl.SymbolicTensor[] {
  const found = new Set<tfl.SymbolicTensor>();
  const visit = (tensor: tfl.SymbolicTensor): void => {
    if (found.has(tensor) || model.inputs.includes(tensor)) return;
    tensor.sourceLayer.inboundNodes[tensor.nodeIndex]!.inputTensors.forEach(visit);
    found.add(tensor);
  };
  model.outputs.forEach(visit);
  return [...found];
}

/** Whether a layer has weights or an activation. */
function shapes(layer: tfl.layers.Layer): boolean {
  return layer.weights.length > 0 || rectifiers.has(layer.getClassName()) || activationOf(layer) !== undefined;
}

/** The only output of a model, where it is `[B, C]` and no activation has been applied to it. */
function logitsOf({ outputs }: tfl.LayersModel): tfl.SymbolicTensor | undefined {
  const [output] = outputs;
  if (outputs.length !== 1 || output!.shape.length !== 2) return undefined;
  const last = innermost(output!);
  const plain = !rectifiers.has(last.getClassName()) && (activationOf(last) ?? 'linear') === 'linear';
  return plain ? output : undefined;
}

/** The layer that makes a tensor, also inside a model inside the model. */
function innermost({ sourceLayer }: tfl.SymbolicTensor): tfl.layers.Layer {
  const inner = (sourceLayer as Partial<tfl.LayersModel>).outputs?.[0];
  return inner ? innermost(inner) : sourceLayer;
}

const activationOf = (layer: tfl.layers.Layer): unknown => layer.getConfig()['activation'];

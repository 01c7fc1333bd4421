import * as tfl from '@tensorflow/tfjs-layers';
import { InvalidArgumentError, type RandomStream } from '../core/index.js';
import { KernelizedSoftmax, kernelizedSoftmax, sphereKernels } from '../heads/index.js';
import type { Classifier } from '../models/index.js';
import type { TrainLogs } from '../train/index.js';
import type { TrainConfig } from './config.js';

/**
 * The model with the head of the configuration in place of its last dense layer, whose weights are freed.
 *
 * @throws InvalidArgumentError If the model does not end in a dense layer.
 */
export function withHead(config: TrainConfig, model: tfl.LayersModel, random: RandomStream): tfl.LayersModel {
  if (config.head === 'dense') return model;
  const dense = model.outputs[0]!.sourceLayer;
  if (model.outputs.length !== 1 || dense.getClassName() !== 'Dense') {
    const hint = 'Leave --head out, and put the layer into the model yourself';
    throw new InvalidArgumentError(
      `head ${config.head}`,
      'a model whose last layer is dense',
      dense.getClassName(),
      hint,
    );
  }
  const features = dense.inboundNodes[0]!.inputTensors[0]!;
  const units = model.outputs[0]!.shape[1]!;
  const logits = headLayer(config, units, random).apply(features) as tfl.SymbolicTensor;
  dense.dispose();
  return tfl.model({ name: `${model.name}_${config.head}`, inputs: model.inputs, outputs: logits });
}

function headLayer(config: TrainConfig, units: number, random: RandomStream): KernelizedSoftmax {
  const { head, degree, kernelGamma, temperature, learnTemperature } = config;
  const shared = { units, temperature: temperature!, learnTemperature, random, name: 'logits' };
  if (head === 'learned') return kernelizedSoftmax({ ...shared, degree: degree! });
  const kernel = head === 'rbf' ? sphereKernels.gaussian({ gamma: kernelGamma! }) : 'linear';
  return kernelizedSoftmax({ ...shared, kernel });
}

/** What has become of the head: its coefficients `kernel/1`, `kernel/2`, ... and its temperature, as far as they are learnt. */
export async function headLogs({ learnTemperature }: TrainConfig, { head }: Classifier): Promise<TrainLogs> {
  const layer = head.find((one) => one instanceof KernelizedSoftmax);
  if (layer === undefined) return {};
  const coefficients = await layer.coefficients();
  return {
    ...Object.fromEntries((coefficients?.powers ?? []).slice(1).map((value, i) => [`kernel/${i + 1}`, value])),
    ...(learnTemperature ? { temperature: await layer.temperature() } : {}),
  };
}

import * as tfl from '@tensorflow/tfjs-layers';
import { InvalidArgumentError, type RandomStream } from '../core/index.js';
import { add, applied, convolution, denseLogits, heNormal, pooledFeatures, relu } from './blocks.js';
import { OptionAShortcut } from './optionAShortcut.js';
import { checkModelOptions, type ModelOptions } from './options.js';

/** Options of {@link cifarResNet}. */
export interface CifarResNetOptions extends ModelOptions {
  /** Number of weighted layers, `6n + 2` for n blocks a stage: 8, 20, 32, 56, ... */
  readonly depth: number;
}

/**
 * The ResNet for CIFAR of He et al.: three stages of n blocks of two 3x3 convolutions, widths 16, 32, 64.
 *
 * Convolutions have no bias and He-normal weights; batch normalisation keeps 0.9 of its averages and has epsilon 1e-5;
 * shortcuts have no parameters ({@link OptionAShortcut}). The layer `features` is the global average, `[B, 64]`; then
 * comes the dense layer `logits`. 464,154 trainable parameters at depth 32 with 10 classes, 470,004 with 100.
 *
 * @param options `depth`, `numClasses`, `inputShape` (default `[32, 32, 3]`), `random`.
 * @returns A model from images `[B, H, W, channels]`, float32, to logits `[B, C]`; the caller disposes it.
 * @throws InvalidArgumentError If the depth is not `6n + 2`, or a shape or count is not valid.
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { cifarResNet } from 'tfjs-longtail/models';
 * const model = cifarResNet({ depth: 8, numClasses: 10, random: randomStream(1) });
 * console.log(model.outputShape); // [ null, 10 ]
 * model.dispose();
 * ```
 * @see He et al., "Deep residual learning for image recognition", 2016, section 4.2.
 */
export function cifarResNet(options: CifarResNetOptions): tfl.LayersModel {
  const { depth, numClasses, inputShape = [32, 32, 3], random } = options;
  const where = 'cifarResNet';
  if (!(Number.isInteger(depth) && depth >= 8 && depth % 6 === 2)) {
    throw new InvalidArgumentError(where, 'depth to be 6n + 2 with n >= 1 (8, 20, 32, 56, ...)', depth);
  }
  checkModelOptions(where, inputShape, numClasses, 3);

  const images = tfl.input({ name: 'images', shape: [...inputShape] });
  let x = convolution(images, { name: 'stem', filters: 16, kernelSize: 3, weightInit: heNormal, random });
  x = relu(x, 'stem_relu');
  for (const [stage, filters] of [16, 32, 64].entries()) {
    for (let block = 0; block < (depth - 2) / 6; block++) {
      const strides = stage > 0 && block === 0 ? 2 : 1;
      x = basicBlock(x, { name: `stage${stage + 1}_block${block + 1}`, filters, strides, random });
    }
  }
  const features = pooledFeatures(x);
  const logits = denseLogits(features, numClasses, heNormal(random, 'logits', features.shape[1]!));
  return tfl.model({ name: `resnet${depth}`, inputs: images, outputs: logits });
}

interface BlockOptions {
  readonly name: string;
  readonly filters: number;
  readonly strides: number;
  readonly random: RandomStream;
}

function basicBlock(x: tfl.SymbolicTensor, { name, filters, strides, random }: BlockOptions): tfl.SymbolicTensor {
  const common = { filters, kernelSize: 3, weightInit: heNormal, random };
  const first = relu(convolution(x, { ...common, name: `${name}_conv1`, strides }), `${name}_relu1`);
  const second = convolution(first, { ...common, name: `${name}_conv2` });
  const shortcut = strides === 1 ? x : applied(new OptionAShortcut({ name: `${name}_shortcut`, filters }), x);
  return relu(add(second, shortcut, `${name}_add`), `${name}_relu2`);
}

import * as tfl from '@tensorflow/tfjs-layers';
import type { RandomStream } from '../core/index.js';
import {
  add,
  applied,
  batchNorm,
  convolution,
  denseLogits,
  pooledFeatures,
  relu,
  truncatedHeNormal,
} from './blocks.js';
import { checkModelOptions, type ModelOptions } from './options.js';

const BLOCKS_PER_STAGE = 5;

/**
 * The network of the official code of the logit-adjustment paper, called ResNet-32 there; it is not the classic one.
 *
 * Zero padding of 3 and a 3x3 convolution make 36x36 maps of 32x32 images; three stages of 5 blocks 1x1, 3x3, 1x1
 * follow, widths 16, 32, 64 without expansion, each stage opening with a projection shortcut, and one more batch
 * normalisation before the global average (`features`, `[B, 64]`). Truncated He-normal convolutions without bias, dense
 * kernel N(0, 0.01^2). 300,762 trainable parameters with 10 classes, 306,612 with 100.
 *
 * @param options `numClasses`, `inputShape` (default `[32, 32, 3]`), `random`.
 * @returns A model from images `[B, H, W, channels]`, float32, to logits `[B, C]`; the caller disposes it.
 * @throws InvalidArgumentError If a shape or count is not valid.
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { officialLogitAdjustmentResNet } from 'tfjs-longtail/models';
 * const model = officialLogitAdjustmentResNet({ numClasses: 10, random: randomStream(1) });
 * console.log(model.outputShape); // [ null, 10 ]
 * model.dispose();
 * ```
 * @see Menon et al., "Long-tail learning via logit adjustment", 2021, section 6, and the code published with it.
 */
export function officialLogitAdjustmentResNet(options: ModelOptions): tfl.LayersModel {
  const { numClasses, inputShape = [32, 32, 3], random } = options;
  checkModelOptions('officialLogitAdjustmentResNet', inputShape, numClasses, 3);

  const images = tfl.input({ name: 'images', shape: [...inputShape] });
  let x = applied(tfl.layers.zeroPadding2d({ name: 'stem_pad', padding: 3, dataFormat: 'channelsLast' }), images);
  const stem = { name: 'stem', filters: 16, kernelSize: 3, padding: 'valid', weightInit: truncatedHeNormal } as const;
  x = relu(convolution(x, { ...stem, random }), 'stem_relu');
  for (const [stage, filters] of [16, 32, 64].entries()) {
    for (let block = 0; block < BLOCKS_PER_STAGE; block++) {
      const name = `stage${stage + 1}_block${block + 1}`;
      x = bottleneck(x, { name, filters, strides: stage > 0 && block === 0 ? 2 : 1, project: block === 0, random });
    }
  }
  const features = pooledFeatures(batchNorm(x, 'final_bn'));
  const kernelInit = tfl.initializers.randomNormal({ mean: 0, stddev: 0.01, seed: random.seedFor('logits') });
  return tfl.model({
    name: 'official-resnet',
    inputs: images,
    outputs: denseLogits(features, numClasses, kernelInit),
  });
}

interface BottleneckOptions {
  readonly name: string;
  readonly filters: number;
  readonly strides: number;
  /** Whether the shortcut is a 1x1 convolution. */
  readonly project: boolean;
  readonly random: RandomStream;
}

function bottleneck(x: tfl.SymbolicTensor, options: BottleneckOptions): tfl.SymbolicTensor {
  const { name, filters, strides, project, random } = options;
  const common = { filters, weightInit: truncatedHeNormal, random };
  let y = relu(convolution(x, { ...common, name: `${name}_conv1`, kernelSize: 1 }), `${name}_relu1`);
  y = relu(convolution(y, { ...common, name: `${name}_conv2`, kernelSize: 3, strides }), `${name}_relu2`);
  y = convolution(y, { ...common, name: `${name}_conv3`, kernelSize: 1 });
  const shortcut = project ? convolution(x, { ...common, name: `${name}_shortcut`, kernelSize: 1, strides }) : x;
  return relu(add(y, shortcut, `${name}_add`), `${name}_relu3`);
}

/** The networks in float64, written from their papers: an image batch is one flat array in the order [B, H, W, C]. */
import type * as tfl from '@tensorflow/tfjs-layers';
import { randomStream } from '../../src/core/index.js';

export interface Maps {
  readonly shape: readonly [number, number, number, number];
  readonly values: Float64Array;
}

interface Weight {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** Weights by `layer/weight`, as the model names them. */
export type Weights = Map<string, Weight>;

/** Whether batch normalisation uses the batch (and what it saw, by layer) or the running averages. */
export interface Mode {
  readonly training: boolean;
  readonly seen?: Map<string, { mean: Float64Array; variance: Float64Array }>;
}

export async function weightsOf(model: tfl.LayersModel): Promise<Weights> {
  const entries = model.weights.map(async (weight): Promise<[string, Weight]> => {
    const values = Float64Array.from(await weight.read().data());
    return [weight.originalName, { shape: weight.shape as number[], values }];
  });
  return new Map(await Promise.all(entries));
}

export function randomMaps(shape: Maps['shape'], seed: number): Maps {
  const random = randomStream(seed);
  const size = shape.reduce((a, b) => a * b);
  // Rounded to float32, so that backends see the same input.
  return { shape, values: Float64Array.from({ length: size }, () => Math.fround(random.normal())) };
}

/** Convolution with stride s and TensorFlow's `same` padding (or none): the odd pixel goes to the far side. */
export function convolve(x: Maps, kernel: Weight, stride: number, padding: 'same' | 'valid' = 'same'): Maps {
  const [batch, rows, columns, channels] = x.shape;
  const [size, , , filters] = kernel.shape as [number, number, number, number];
  const out = (length: number): number =>
    padding === 'same' ? Math.ceil(length / stride) : Math.floor((length - size) / stride) + 1;
  const before = (length: number): number =>
    padding === 'same' ? Math.floor(Math.max(0, (out(length) - 1) * stride + size - length) / 2) : 0;
  return mapsOf([batch, out(rows), out(columns), filters], (b, i, j, f) => {
    let sum = 0;
    for (let di = 0; di < size; di++) {
      for (let dj = 0; dj < size; dj++) {
        const [row, column] = [i * stride + di - before(rows), j * stride + dj - before(columns)];
        if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
        for (let c = 0; c < channels; c++) {
          const pixel = x.values[((b * rows + row) * columns + column) * channels + c]!;
          sum += pixel * kernel.values[((di * size + dj) * channels + c) * filters + f]!;
        }
      }
    }
    return sum;
  });
}

/** Option A: the pixels at the centres of the windows of a 3x3 stride-2 convolution, zero channels on both sides. */
export function optionA(x: Maps, filters: number): Maps {
  const [batch, rows, columns, channels] = x.shape;
  const before = Math.floor((filters - channels) / 2);
  const centre = (length: number, i: number): number => 2 * i + (length % 2 === 0 ? 1 : 0);
  return mapsOf([batch, Math.ceil(rows / 2), Math.ceil(columns / 2), filters], (b, i, j, f) => {
    const channel = f - before;
    if (channel < 0 || channel >= channels) return 0;
    return x.values[((b * rows + centre(rows, i)) * columns + centre(columns, j)) * channels + channel]!;
  });
}

export function normalise(x: Maps, layer: string, weights: Weights, { training, seen }: Mode): Maps {
  const channels = x.shape[3];
  const of = (name: string): Float64Array => weights.get(`${layer}/${name}`)!.values;
  let [mean, variance] = [of('moving_mean'), of('moving_variance')];
  if (training) {
    const count = x.values.length / channels;
    mean = new Float64Array(channels);
    variance = new Float64Array(channels);
    x.values.forEach((value, i) => (mean[i % channels]! += value / count));
    x.values.forEach((value, i) => (variance[i % channels]! += (value - mean[i % channels]!) ** 2 / count));
    seen?.set(layer, { mean, variance });
  }
  const [gamma, beta] = [of('gamma'), of('beta')];
  return eachValue(x, (value, c) => (gamma[c]! * (value - mean[c]!)) / Math.sqrt(variance[c]! + 1e-5) + beta[c]!);
}

export const relu = (x: Maps): Maps => eachValue(x, (value) => Math.max(0, value));

export const sum = (x: Maps, y: Maps): Maps => ({ ...x, values: x.values.map((value, i) => value + y.values[i]!) });

/** Features `[B, D]`: the mean over rows and columns. */
export function pool(x: Maps): Float64Array {
  const [batch, rows, columns, channels] = x.shape;
  const features = new Float64Array(batch * channels);
  const area = rows * columns;
  x.values.forEach((value, i) => {
    features[Math.floor(i / (area * channels)) * channels + (i % channels)]! += value / area;
  });
  return features;
}

export function dense(features: Float64Array, layer: string, weights: Weights): Float64Array {
  const kernel = weights.get(`${layer}/kernel`)!;
  const bias = weights.get(`${layer}/bias`)!.values;
  const [inputs, units] = kernel.shape as [number, number];
  return Float64Array.from({ length: (features.length / inputs) * units }, (_, i) => {
    const [row, unit] = [Math.floor(i / units), i % units];
    let value = bias[unit]!;
    for (let d = 0; d < inputs; d++) value += features[row * inputs + d]! * kernel.values[d * units + unit]!;
    return value;
  });
}

/** Logits of the classic CIFAR ResNet. */
export function referenceCifarResNet(x: Maps, depth: number, weights: Weights, mode: Mode): Float64Array {
  const conv = (y: Maps, name: string, stride = 1): Maps =>
    normalise(convolve(y, weights.get(`${name}/kernel`)!, stride), `${name}_bn`, weights, mode);
  let y = relu(conv(x, 'stem'));
  for (const [stage, filters] of [16, 32, 64].entries()) {
    for (let block = 0; block < (depth - 2) / 6; block++) {
      const name = `stage${stage + 1}_block${block + 1}`;
      const shrinks = stage > 0 && block === 0;
      const branch = conv(relu(conv(y, `${name}_conv1`, shrinks ? 2 : 1)), `${name}_conv2`);
      y = relu(sum(branch, shrinks ? optionA(y, filters) : y));
    }
  }
  return dense(pool(y), 'logits', weights);
}

/** Logits of the network of the official logit-adjustment code. */
export function referenceOfficialResNet(x: Maps, weights: Weights, mode: Mode): Float64Array {
  const conv = (y: Maps, name: string, stride = 1, padding: 'same' | 'valid' = 'same'): Maps =>
    normalise(convolve(y, weights.get(`${name}/kernel`)!, stride, padding), `${name}_bn`, weights, mode);
  let y = relu(conv(padded(x, 3), 'stem', 1, 'valid'));
  for (let stage = 1; stage <= 3; stage++) {
    for (let block = 1; block <= 5; block++) {
      const name = `stage${stage}_block${block}`;
      const stride = stage > 1 && block === 1 ? 2 : 1;
      const inner = relu(conv(relu(conv(y, `${name}_conv1`)), `${name}_conv2`, stride));
      y = relu(sum(conv(inner, `${name}_conv3`), block === 1 ? conv(y, `${name}_shortcut`, stride) : y));
    }
  }
  return dense(pool(normalise(y, 'final_bn', weights, mode)), 'logits', weights);
}

function padded(x: Maps, margin: number): Maps {
  const [batch, rows, columns, channels] = x.shape;
  return mapsOf([batch, rows + 2 * margin, columns + 2 * margin, channels], (b, i, j, c) => {
    const [row, column] = [i - margin, j - margin];
    const inside = row >= 0 && row < rows && column >= 0 && column < columns;
    return inside ? x.values[((b * rows + row) * columns + column) * channels + c]! : 0;
  });
}

function eachValue(x: Maps, f: (value: number, channel: number) => number): Maps {
  return { shape: x.shape, values: x.values.map((value, i) => f(value, i % x.shape[3])) };
}

function mapsOf(shape: Maps['shape'], f: (b: number, i: number, j: number, c: number) => number): Maps {
  const [batch, rows, columns, channels] = shape;
  const values = new Float64Array(batch * rows * columns * channels);
  let at = 0;
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) for (let c = 0; c < channels; c++) values[at++] = f(b, i, j, c);
    }
  }
  return { shape, values };
}

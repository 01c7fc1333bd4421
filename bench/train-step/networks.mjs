// The networks of the benchmark: ours, and one that knows nothing of this package.
import * as tf from '@tensorflow/tfjs';
import { randomStream } from '../../dist/index.js';
import { cifarResNet } from '../../dist/models/index.js';

export const networks = {
  /** 464,154 parameters. */
  resnet32: () => cifarResNet({ depth: 32, numClasses: 10, random: randomStream(1) }),

  /** What a tutorial writes: convolutions, batch normalisation, pooling and a dense head from tf.layers. */
  outsider() {
    const block = (filters, first = {}) => [
      tf.layers.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false, ...first }),
      tf.layers.batchNormalization(),
      tf.layers.activation({ activation: 'relu' }),
      tf.layers.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false }),
      tf.layers.batchNormalization(),
      tf.layers.activation({ activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
    ];
    return tf.sequential({
      layers: [
        ...block(32, { inputShape: [32, 32, 3] }),
        ...block(64),
        ...block(128),
        tf.layers.flatten(),
        tf.layers.dense({ units: 10 }),
      ],
    });
  },
};

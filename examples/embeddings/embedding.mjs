// A network for images that ends in an embedding of a few features: what the last layer has to separate the classes by.
import * as tf from '@tensorflow/tfjs';

/** Makes `longtail train --model` modules: two hidden layers, then `features` linear ones, then the logits. */
export const embedding =
  (features) =>
  ({ inputShape, numClasses }) =>
    tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape }),
        tf.layers.dense({ units: 128, activation: 'relu' }),
        tf.layers.dense({ units: 128, activation: 'relu' }),
        tf.layers.dense({ units: features, name: 'embedding' }),
        tf.layers.dense({ units: numClasses, name: 'logits' }),
      ],
    });

import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { offTape } from '../core/index.js';
import { classScale } from '../heads/index.js';
import type { Classifier } from './classifier.js';

/**
 * A classifier of which only the head trains: the layers behind the features.
 *
 * Features are always made in inference mode, so that the running averages of batch normalisation stay what they are and
 * nothing is dropped out, and no gradient is taken through them. Both classifiers share model and weights.
 *
 * @param classifier What is frozen in part; it stays as it was, and disposing either disposes the model.
 * @returns A classifier whose trainable variables are those of its head.
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { classifierFromModel, createModel, freezeBackbone } from 'tfjs-longtail/models';
 * const frozen = freezeBackbone(classifierFromModel(createModel('resnet8', { numClasses: 10, random: randomStream(1) })));
 * console.log(frozen.trainableVariables.map(({ shape }) => shape)); // [ [ 64, 10 ], [ 10 ] ]
 * frozen.dispose();
 * ```
 * @see Kang et al., "Decoupling representation and classifier for long-tailed recognition", ICLR 2020, section 4.2.
 */
export function freezeBackbone(classifier: Classifier): Classifier {
  const { model, numClasses, head } = classifier;
  return {
    model,
    numClasses,
    head,
    get trainableVariables() {
      return head.flatMap((layer) => layer.trainableWeights.map((weight) => weight.read() as tf.Variable));
    },
    features: (x) => offTape(() => classifier.features(x)),
    logits: (x, options) => classifier.logits(x, options),
    dispose: () => classifier.dispose(),
  };
}

/**
 * A classifier with learnable weight scaling: {@link classScale} behind its logits, and nothing else trains.
 *
 * @param classifier What is scaled and frozen; it stays usable and shares its weights. Dispose one of the two.
 * @returns A classifier over a model with one layer more, whose only trainable variable is the scale `[C]`, 1 at first.
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { classifierFromModel, createModel, scaleClasses } from 'tfjs-longtail/models';
 * const scaled = scaleClasses(classifierFromModel(createModel('resnet8', { numClasses: 10, random: randomStream(1) })));
 * console.log(scaled.trainableVariables.map(({ shape }) => shape)); // [ [ 10 ] ]
 * scaled.dispose();
 * ```
 * @see Kang et al., "Decoupling representation and classifier for long-tailed recognition", ICLR 2020, section 4.2.
 */
export function scaleClasses(classifier: Classifier): Classifier {
  const { inputs, outputs, name } = classifier.model;
  const scale = classScale({ name: 'class_scale' });
  const scaled = scale.apply(outputs[0]!) as tfl.SymbolicTensor;
  const model = tfl.model({ name: `${name}_scaled`, inputs, outputs: scaled });
  return {
    model,
    numClasses: classifier.numClasses,
    head: [...classifier.head, scale],
    get trainableVariables() {
      return scale.trainableWeights.map((weight) => weight.read() as tf.Variable);
    },
    features: (x) => offTape(() => classifier.features(x)),
    logits: (x) => tf.tidy(() => scale.apply(offTape(() => classifier.logits(x))) as tf.Tensor2D),
    dispose: () => void model.dispose(),
  };
}

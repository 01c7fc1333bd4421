import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ClassScale, classScale } from '../../src/heads/index.js';
import { softmaxCrossEntropy } from '../../src/losses/index.js';
import { expectBalanced, onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import {
  expectClose,
  FINITE_DIFFERENCE_TOLERANCE,
  GRADIENT_TOLERANCE,
  numericGradient,
  VALUE_TOLERANCE,
} from '../support/numeric.js';
import { softmax } from '../support/reference.js';

const logits = [
  [1, -2, 0.5],
  [0.3, 0.2, -1],
];
const labels = [2, 0];
const scales = [0.5, 1.5, -2];

/** A layer with these factors. */
function layerWith(values: readonly number[]): ClassScale {
  const layer = classScale();
  layer.build([null, values.length]);
  layer.setWeights([tf.tensor1d([...values])]);
  return layer;
}

const lossOf = (layer: ClassScale, f: tf.Tensor2D): tf.Scalar =>
  softmaxCrossEntropy(tf.tensor1d(labels, 'int32'), layer.apply(f) as tf.Tensor2D, {}) as tf.Scalar;

onEachBackend('classScale', (test) => {
  test('begins as the identity and multiplies each class by its factor', async () => {
    const f = tf.tensor2d(logits);
    expect(await (classScale().apply(f) as tf.Tensor).data()).toEqual(await f.data());
    const scaled = await (layerWith(scales).apply(f) as tf.Tensor).data();
    expectClose(
      scaled,
      logits.flatMap((row) => row.map((value, c) => value * scales[c]!)),
      VALUE_TOLERANCE,
    );
  });

  test('has the gradient of the definition, in the factors and in the logits', async () => {
    const layer = layerWith(scales);
    const residuals = logits.map((row, i) =>
      softmax(row.map((value, c) => value * scales[c]!)).map((p, c) => (p - (c === labels[i] ? 1 : 0)) / logits.length),
    );
    const byScale = scales.map((_, c) => residuals.reduce((sum, row, i) => sum + row[c]! * logits[i]![c]!, 0));
    const byLogit = residuals.flatMap((row) => row.map((residual, c) => residual * scales[c]!));
    const variable = layer.trainableWeights[0]!.read() as tf.Variable;
    const { grads } = tf.variableGrads(() => lossOf(layer, tf.tensor2d(logits)), [variable]);
    expectClose(await grads[variable.name]!.data(), byScale, GRADIENT_TOLERANCE);
    const gradient = tf.grad((f) => lossOf(layer, f as tf.Tensor2D))(tf.tensor2d(logits));
    expectClose(await gradient.data(), byLogit, GRADIENT_TOLERANCE);
    const numeric = await numericGradient(async (values) => {
      return (await lossOf(layerWith([...values]), tf.tensor2d(logits)).data())[0]!;
    }, Float32Array.from(scales));
    expectClose(numeric, byScale, FINITE_DIFFERENCE_TOLERANCE);
  });

  test('leaves nothing behind', () => {
    const layer = layerWith(scales);
    const f = tf.tensor2d(logits);
    expectBalanced(() => layer.apply(f) as tf.Tensor);
  });
});

describe('classScale', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('is saved and loaded with its factors', async () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 3, inputShape: [2], useBias: true }), classScale({ name: 'scale' })],
    });
    model.layers[1]!.setWeights([tf.tensor1d(scales)]);
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler((artifacts) => {
        saved = artifacts;
        return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
      }),
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved!));
    expect(loaded.layers[1]).toBeInstanceOf(ClassScale);
    expect(loaded.layers[1]!.getConfig()).toEqual(model.layers[1]!.getConfig());
    const x = tf.tensor2d([[1, -1]]);
    expect((loaded.predict(x) as tf.Tensor).dataSync()).toEqual((model.predict(x) as tf.Tensor).dataSync());
  });

  it('is registered by its name', () => {
    expect(ClassScale.className).toBe('LongtailClassScale');
    const { classNameMap } = tf.serialization.SerializationMap.getMap();
    expect(classNameMap['LongtailClassScale']![0]).toBe(ClassScale);
  });

  it('refuses logits with an unknown number of classes', () => {
    expect(() => classScale().build([null, null])).toThrow(
      refusal('InvalidArgumentError', 'classScale: expected logits [B, C] with a known C, got [null,null]'),
    );
  });
});

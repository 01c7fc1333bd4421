import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { adamW, sgd, type StatefulOptimizer } from '../../src/optimizers/index.js';
import { onEachBackend } from '../support/backends.js';

const makers: Readonly<Record<string, () => StatefulOptimizer>> = {
  sgd: () => sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true, l2: 1e-3, decayed: 'official' }),
  adamW: () => adamW({ learningRate: 0.05, decayed: 'kernels' }),
};

const xs = (): tf.Tensor2D => tf.tensor2d([[1, 2], [3, -1], [0, 0.5], [-2, 1]]); // prettier-ignore
const ys = (): tf.Tensor2D => tf.tensor2d([[1], [0], [2], [-1]]);

function compiled(optimizer: StatefulOptimizer): tf.Sequential {
  const kernelInitializer = tf.initializers.heNormal({ seed: 11 });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ name: 'hidden', units: 3, activation: 'tanh', inputShape: [2], kernelInitializer }),
      tf.layers.dense({ name: 'out', units: 1, kernelInitializer }),
    ],
  });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return model;
}

const fit = (model: tf.LayersModel, epochs: number): Promise<tf.History> =>
  model.fit(xs(), ys(), { epochs, batchSize: 4, shuffle: false, verbose: 0 });

const weightsOf = (model: tf.LayersModel): Promise<number[][]> =>
  Promise.all(model.getWeights().map(async (weight) => Array.from(await weight.data())));

for (const [name, make] of Object.entries(makers)) {
  onEachBackend(`${name} in model.fit`, (test) => {
    test('does what minimize does', async () => {
      const fitted = compiled(make());
      const history = await fit(fitted, 4);
      const [model, optimizer] = [compiled(make()), make()];
      for (let i = 0; i < 4; i++) {
        optimizer.minimize(() => tf.losses.meanSquaredError(ys(), model.apply(xs(), { training: true }) as tf.Tensor));
      }
      expect(await weightsOf(fitted)).toEqual(await weightsOf(model));
      const losses = history.history['loss'] as number[];
      expect(losses.at(-1)).toBeLessThan(losses[0]!);
    });

    test('is saved with the model and goes on where it was', async () => {
      const straight = compiled(make());
      await fit(straight, 5);
      const stopped = compiled(make());
      await fit(stopped, 2);
      let artifacts: tf.io.ModelArtifacts | undefined;
      const handler = tf.io.withSaveHandler((saved) => {
        artifacts = saved;
        return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
      });
      await stopped.save(handler, { includeOptimizer: true });
      const resumed = await tf.loadLayersModel(tf.io.fromMemory(artifacts!));
      expect((resumed.optimizer as StatefulOptimizer).getConfig()).toEqual(make().getConfig());
      expect(resumed.optimizer.iterations).toBe(2);
      await fit(resumed, 3);
      expect(await weightsOf(resumed)).toEqual(await weightsOf(straight));
    });
  });
}

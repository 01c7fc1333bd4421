import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { createModel } from '../../src/models/index.js';
import { onEachBackend } from '../support/backends.js';
import { randomMaps } from './reference.js';

/** The model as it comes back from what `save` wrote. */
async function savedAndLoaded(model: tf.LayersModel): Promise<tf.LayersModel> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((saved) => {
      artifacts = saved;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    }),
  );
  return tf.loadLayersModel(tf.io.fromMemory(artifacts!));
}

onEachBackend('saving', (test) => {
  for (const name of ['resnet8', 'official-resnet', 'mlp']) {
    test(`${name} comes back with the same config and the same outputs`, async () => {
      const model = createModel(name, { numClasses: 4, inputShape: [6, 6, 3], random: randomStream(6) });
      const images = tf.tensor4d(Array.from(randomMaps([2, 6, 6, 3], 4).values), [2, 6, 6, 3]);
      model.apply(images, { training: true });
      const loaded = await savedAndLoaded(model);
      expect(loaded.toJSON(null, false)).toEqual(model.toJSON(null, false));
      const [before, after] = [model.predict(images) as tf.Tensor, loaded.predict(images) as tf.Tensor];
      expect(await after.data()).toEqual(await before.data());
      model.dispose();
      loaded.dispose();
    });
  }
});

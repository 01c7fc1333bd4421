import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshFolder } from '../../support/folders.js';

/** A fresh file with this text. */
export function fileOf(name: string, text: string): string {
  const path = join(freshFolder(), name);
  writeFileSync(path, text);
  return path;
}

/** A module that makes a model of two dense layers; `body` replaces what its function returns. */
export function moduleFile(body?: string): string {
  const layers = `tf.sequential({ name: 'own', layers: [
    tf.layers.dense({ name: 'hidden', inputShape, units: 5, kernelInitializer: tf.initializers.heNormal({ seed: random.seedFor('a') }) }),
    tf.layers.dense({ name: 'out', units: numClasses, kernelInitializer: tf.initializers.heNormal({ seed: random.seedFor('b') }) }),
  ] })`;
  return fileOf('own.mjs', `export default ({ inputShape, numClasses, random, tf }) => ${body ?? layers};`);
}

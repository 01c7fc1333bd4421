import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { evaluateRun, exportRun, resumedConfig, runTraining } from '../../src/experiment/index.js';
import { freshFolder } from '../support/folders.js';
import { errorOf, refusal } from '../support/errors.js';
import { freshRun, interrupt, reportOf, tinyConfig, withoutClock } from './support.js';

/** A module with the network that `--model mlp` names, layer by layer. */
function ownMlp(): string {
  const path = join(freshFolder(), 'own.mjs');
  writeFileSync(
    path,
    `export default ({ inputShape, numClasses, random, tf }) => {
      const size = inputShape.reduce((a, b) => a * b);
      const he = (name, fanIn) =>
        tf.initializers.randomNormal({ mean: 0, stddev: Math.sqrt(2 / fanIn), seed: random.seedFor(name) });
      return tf.sequential({ layers: [
        tf.layers.reshape({ inputShape, targetShape: [size] }),
        tf.layers.dense({ name: 'features', units: 256, activation: 'relu', kernelInitializer: he('features', size) }),
        tf.layers.dense({ name: 'logits', units: numClasses, kernelInitializer: he('logits', 256) }),
      ] });
    };`,
  );
  return path;
}

describe('a model of your own', () => {
  it('trains to the numbers of the same network by name, and is recorded with its digest', async () => {
    const model = ownMlp();
    const [own, named] = [await reportOf({ model }), await reportOf()];
    expect(own.final).toEqual(named.final);
    expect(own.model).toBe(model);
    const recorded = JSON.parse(readFileSync(join(own.run, 'environment.json'), 'utf8')) as Record<string, unknown>;
    expect(recorded['modelFile']).toEqual({ file: model, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    const evaluated = await evaluateRun({ run: own.run, backend: 'wasm' });
    expect([evaluated.raw, evaluated.posthoc]).toEqual([own.final.raw, own.final.posthoc]);
  });

  it('has an absolute path in the configuration, however it was given', () => {
    expect(tinyConfig({ model: './own.mjs' }).model).toBe(join(process.cwd(), 'own.mjs'));
    expect(tinyConfig({ model: 'mlp' }).model).toBe('mlp');
  });

  it('goes on where it stopped; a file that has changed since is refused', async () => {
    const model = ownMlp();
    const config = tinyConfig({ model });
    const run = freshRun();
    await interrupt(4, { config, out: run });
    const text = readFileSync(model, 'utf8');
    writeFileSync(model, text.replace('relu', 'tanh'));
    const changed = expect.objectContaining({
      name: 'RunFolderError',
      message: expect.stringMatching(
        new RegExp(
          `^${run}: expected ${model} with SHA-256 [0-9a-f]{64}, got [0-9a-f]{64}. Restore the file as it was,`,
        ),
      ) as string,
    }) as Error;
    await expect(runTraining({ config: resumedConfig(run, {}), out: run, resume: true })).rejects.toThrow(changed);
    await expect(evaluateRun({ run })).rejects.toThrow(changed);
    await expect(exportRun({ run, out: freshRun() })).rejects.toThrow(changed);
    writeFileSync(model, text);
    expect(() => resumedConfig(run, { model: `${model}/../own.mjs` })).not.toThrow();
    const outcome = await runTraining({ config: resumedConfig(run, { model }), out: run, resume: true });
    if (outcome.stopped === 'interrupted') throw new Error('interrupted');
    expect(withoutClock(outcome.report)).toEqual(withoutClock(await reportOf({ model })));
  });

  it('may name its features; a layer that is not there is refused before a folder is made', async () => {
    const model = ownMlp();
    await reportOf({ model, featuresLayer: 'features', epochs: 1, warmupEpochs: 0 });
    const run = freshRun();
    const tensors = tf.memory().numTensors;
    const error = await errorOf(() =>
      runTraining({ config: tinyConfig({ model, featuresLayer: 'feature' }), out: run }),
    );
    expect(error.message).toMatch(
      /expected features to name a layer of ".*", got feature\. Did you mean "features"\?$/,
    );
    expect(existsSync(run)).toBe(false);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('must have as many outputs as the data have classes', async () => {
    const path = join(freshFolder(), 'wide.mjs');
    writeFileSync(
      path,
      `export default ({ inputShape, tf }) => tf.sequential({ layers: [
        tf.layers.flatten({ inputShape }), tf.layers.dense({ units: 12 }),
      ] });`,
    );
    await expect(runTraining({ config: tinyConfig({ model: path }), out: freshRun() })).rejects.toThrow(
      refusal(
        'InvalidArgumentError',
        `${path}: expected a model whose output is [batch, 10], a logit for each class of the data, got [batch, 12]`,
      ),
    );
  });
});

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { datasetNames } from '../../src/data/node/index.js';
import { configKeys, loadConfigLayer, resolveConfig } from '../../src/experiment/index.js';
import { choices, defaultConfig, optionDescriptions, presets } from '../../src/experiment/options.js';
import { backendNames } from '../../src/backend/index.js';
import { profileNames } from '../../src/data/profiles.js';
import { modelNames } from '../../src/models/index.js';
import { refusal } from '../support/errors.js';
import { freshFolder } from '../support/folders.js';

const resolve = (values: unknown): unknown => resolveConfig([{ source: 'file.json', values }]);

describe('resolveConfig', () => {
  it('without layers gives the defaults, with tau set for the loss that takes one', () => {
    expect(resolveConfig([])).toEqual({ ...defaultConfig, tau: 1 });
  });

  it('lets later layers win, key by key', () => {
    const config = resolveConfig([
      { source: 'preset', values: { epochs: 5, model: 'mlp', seed: 3 } },
      { source: 'file', values: { epochs: 6, loss: 'ce' } },
      { source: 'command line', values: { epochs: 7 } },
    ]);
    const warmupEpochs = expect.closeTo(7 / 20, 12); // a warm-up of 1 in 20 epochs, stretched
    expect(config).toEqual({ ...defaultConfig, epochs: 7, warmupEpochs, model: 'mlp', seed: 3, loss: 'ce', tau: null });
  });

  it('stretches the warm-up and the milestones that it inherits, and leaves given ones alone', () => {
    const preset = { epochs: 200, warmupEpochs: 5, schedule: 'step', milestones: [160, 180] };
    const layers = (values: object) => [
      { source: 'preset', values: preset },
      { source: 'command line', values },
    ];
    expect(resolveConfig(layers({ epochs: 40 }))).toMatchObject({ warmupEpochs: 1, milestones: [32, 36] });
    expect(resolveConfig(layers({ epochs: 40, warmupEpochs: 3, milestones: [20] }))).toMatchObject({
      warmupEpochs: 3,
      milestones: [20],
    });
    expect(resolveConfig(layers({ seed: 7 }))).toMatchObject(preset);
  });

  it('drops an inherited tau with its loss, and the flips of digits', () => {
    const layers = (values: object) => [
      { source: 'preset', values: { loss: 'logit-adjusted', tau: 2 } },
      { source: 'command line', values },
    ];
    expect(resolveConfig(layers({ loss: 'ce' }))).toMatchObject({ loss: 'ce', tau: null });
    expect(resolveConfig(layers({ loss: 'logit-adjusted' }))).toMatchObject({ tau: 2 });
    expect(resolveConfig(layers({ data: 'mnist' })).flip).toBe(false);
    expect(resolveConfig(layers({ data: 'mnist', flip: true })).flip).toBe(true);
    expect(resolveConfig(layers({ data: 'cifar10' })).flip).toBe(true);
  });

  it('does not change what it was given', () => {
    const values = Object.freeze({ milestones: Object.freeze([1, 2]), warmupEpochs: 0, epochs: 3 });
    resolveConfig([{ source: 'file', values }]);
    expect(resolveConfig([])).toEqual({ ...defaultConfig, tau: 1 });
  });

  it.each([
    ['logit-adjusted', undefined, 1],
    ['logit-adjusted', 1.5, 1.5],
    ['logit-adjusted', 0, 0],
    ['ce', undefined, null],
    ['balanced-softmax', undefined, null],
  ])('%s with tau %s has tau %s', (loss, tau, expected) => {
    const values = { loss, ...(tau === undefined ? {} : { tau }) };
    expect(resolveConfig([{ source: 'file', values }]).tau).toBe(expected);
  });

  const choice = (key: keyof typeof choices, got: string, hint: string): [object, string] => [
    { [key]: got },
    `file.json: expected ${key} to be one of ${choices[key].join(', ')}, got "${got}"${hint}`,
  ];

  it.each<[object, string]>([
    // Names, with near misses where there are some.
    [
      { epoch: 3 },
      'file.json: expected names of options, got "epoch". Did you mean "epochs" or "drwEpoch" or "drsEpoch"?',
    ],
    [{ learningrate: 3 }, 'file.json: expected names of options, got "learningrate". Did you mean "learningRate"?'],
    [
      { quux: 3 },
      `file.json: expected names of options, got "quux". The options are ${Object.keys(optionDescriptions).join(', ')}`,
    ],
    choice('loss', 'logit-adjustd', '. Did you mean "logit-adjusted"?'),
    choice('loss', 'xyz', ''),
    choice('model', 'resnet23', '. Did you mean "resnet20" or "resnet8" or "resnet32"?'),
    choice('data', 'cifar', '. Did you mean "cifar10" or "cifar100"?'),
    choice('optimizer', 'adam', '. Did you mean "adamw"?'),
    choice('schedule', 'Cosine', '. Did you mean "cosine"?'),
    // Types and ranges.
    [{ epochs: 0 }, 'file.json: expected epochs to be at least 1, got 0'],
    [{ epochs: 1.5 }, 'file.json: expected epochs to be an integer, got 1.5'],
    [{ epochs: '3' }, 'file.json: expected epochs to be a number, got "3"'],
    [{ seed: -1 }, 'file.json: expected seed to be non-negative, got -1'],
    [{ epochs: 200000.5 }, 'file.json: expected epochs to be an integer and at most 100000, got 200000.5'],
    [{ imbalance: Infinity }, 'file.json: expected imbalance to be at most 1000000, got Infinity'],
    [{ tau: NaN }, 'file.json: expected tau to be a number, got NaN'],
    [{ loss: 3 }, `file.json: expected loss to be one of ${choices.loss.join(', ')}, got 3`],
    [{ loss: { toString: 1 } }, `file.json: expected loss to be one of ${choices.loss.join(', ')}, got {"toString":1}`],
    [{ flip: 1 }, 'file.json: expected flip to be false or true, got 1'],
    [{ holdout: 1 }, 'file.json: expected holdout to be less than 1, got 1'],
    [{ momentum: -0.1 }, 'file.json: expected momentum to be non-negative, got -0.1'],
    [{ learningRate: 0 }, 'file.json: expected learningRate to be positive, got 0'],
    [{ decayFactor: 1 }, 'file.json: expected decayFactor to be less than 1, got 1'],
    [{ milestones: [1, 'x'] }, 'file.json: expected milestones.1 to be a number, got "x"'],
    [{ milestones: 3 }, 'file.json: expected milestones to be an array, got 3'],
    [{ dataDir: '' }, 'file.json: expected dataDir to be non-empty, got ""'],
    // Options that do not go together.
    [
      { loss: 'ce', tau: 1 },
      'file.json: expected tau only with the losses logit-adjusted, equalized, vector-scaling, sampled-softmax, ' +
        'sampled-decoupled, got tau 1 with ce. ' +
        'With a hold-out the post-hoc tau of ce is tuned there',
    ],
    [
      { loss: 'balanced-softmax', tau: 1 },
      'file.json: expected tau only with the losses logit-adjusted, equalized, vector-scaling, sampled-softmax, ' +
        'sampled-decoupled, got tau 1 with balanced-softmax',
    ],
    [
      { sampler: 'class-balanced' },
      'file.json: expected a loss without prior under class-balanced batches, got logit-adjusted. ' +
        'Class-balanced batches already have a uniform prior: use ce',
    ],
    [
      { weightDecay: 0.1, l2: 0.1 },
      'file.json: expected weightDecay or l2, the other 0, got weightDecay 0.1 and l2 0.1. l2 c equals weightDecay 2c',
    ],
    [{ optimizer: 'adamw', l2: 0.1, weightDecay: 0 }, 'file.json: expected weightDecay with adamw, got l2 0.1'],
    [{ milestones: [3, 2] }, 'file.json: expected milestones that rise from above 0, got [3, 2]'],
    [{ milestones: [0, 2] }, 'file.json: expected milestones.0 to be positive, got 0'],
    [{ epochs: 3, warmupEpochs: 3 }, 'file.json: expected warmupEpochs below epochs, 3, got 3'],
  ])('refuses %o', (values, message) => {
    expect(() => resolve(values)).toThrow(refusal('ConfigError', message));
  });

  it.each([
    [null, 'null'],
    [3, '3'],
    ['text', 'text'],
    [[], 'an array'],
    [undefined, 'undefined'],
  ])('refuses %o for a layer', (values, got) => {
    expect(() => resolve(values)).toThrow(
      refusal('ConfigError', `file.json: expected an object of options, got ${got}`),
    );
  });

  it('names the layer that is wrong', () => {
    const layers = [
      { source: 'preset a', values: { epochs: -1 } },
      { source: 'command line', values: { epochs: 3 } },
    ];
    expect(() => resolveConfig(layers)).toThrow(
      refusal('ConfigError', 'preset a: expected epochs to be at least 1, got -1'),
    );
  });
});

describe('options', () => {
  it('has each key once in defaults, schema and descriptions', () => {
    expect(configKeys.toSorted()).toEqual(Object.keys(optionDescriptions).sort());
    expect(configKeys).toEqual(Object.keys(defaultConfig));
  });

  it('offers the names that the rooms know', () => {
    expect(choices.model).toEqual(modelNames);
    expect(choices.data).toEqual([...datasetNames, 'delicious', 'zipf']);
    expect(choices.profile).toEqual([...profileNames, 'none']);
    expect(backendNames).toEqual(expect.arrayContaining([...choices.backend]));
  });

  it('takes every choice', () => {
    const sampledOptions = ['negatives', 'weighting', 'rowOptimizer'] as const;
    for (const [key, names] of Object.entries(choices)) {
      for (const name of names) {
        const sampled = { loss: 'sampled-softmax' };
        const second = { init: 'run', freeze: 'backbone' };
        const needed: Record<string, object> = {
          'class-balanced': { loss: 'ce' },
          step: { milestones: [10] },
          backbone: second,
          zipf: { profile: 'none' },
          delicious: { profile: 'none' },
          hinge: { loss: 'sampled-decoupled' },
          logistic: { loss: 'sampled-decoupled' },
          ...Object.fromEntries(sampledOptions.flatMap((option) => choices[option]).map((value) => [value, sampled])),
          ...Object.fromEntries(choices.classifier.map((classifier) => [classifier, second])),
        };
        const teacher = { mixup: 'consistency', labelsPerClass: 2 };
        const neededByKey: Record<string, object> = {
          ...Object.fromEntries(['profile', 'loss', 'optimizer'].map((other) => [other, {}])),
          mixup: { labelsPerClass: 2 },
          mixing: { mixup: 'supervised' },
          within: { mixup: 'supervised' },
          consistencyMix: teacher,
          scored: teacher,
        };
        const rest = neededByKey[key] ?? needed[name];
        expect(resolve({ ...rest, [key]: name })).toMatchObject({ [key]: name });
      }
    }
  });
});

describe('presets', () => {
  it('are those of the manual, and all of them resolve', () => {
    const files = readdirSync(new URL('../../presets/', import.meta.url)).filter((file) => file.endsWith('.json'));
    expect(presets).toEqual(files.map((file) => file.slice(0, -'.json'.length)).sort());
    for (const name of presets) {
      const layer = loadConfigLayer(name);
      expect(layer.source).toBe(`preset ${name}`);
      expect(resolveConfig([layer])).toMatchObject(layer.values as object);
    }
  });

  it.each(['cifar10-lt', 'cifar100-lt'])('%s has the schedule of the literature', (name) => {
    const { epochs, schedule, warmupEpochs, milestones, decayFactor, learningRate, batchSize, weightDecay } =
      resolveConfig([loadConfigLayer(name)]);
    expect({ epochs, schedule, warmupEpochs, milestones, decayFactor }).toEqual({
      epochs: 200,
      schedule: 'step',
      warmupEpochs: 5,
      milestones: [160, 180],
      decayFactor: 0.01,
    });
    expect({ learningRate, batchSize, weightDecay }).toEqual({ learningRate: 0.1, batchSize: 128, weightDecay: 2e-4 });
  });

  it.each([
    ['cifar10', 'Did you mean "cifar10-lt" or "cifar100-lt"?'],
    [
      'nothing-of-the-sort',
      'The presets are cifar10-lt, cifar100-lt, delicious, mixup-ssl, mixup-ssl-cifar10, official-logit-adjustment, quickstart, zipf',
    ],
  ])('%s is refused', (name, hint) => {
    expect(() => loadConfigLayer(name)).toThrow(
      refusal(
        'ConfigError',
        `train: expected the name of a preset or a path that ends in .json, got "${name}". ${hint}`,
      ),
    );
  });

  it('a file at a path is a layer under its path', () => {
    const path = join(freshFolder(), 'mine.json');
    writeFileSync(path, '{"epochs": 2}');
    expect(loadConfigLayer(path)).toEqual({ source: path, values: { epochs: 2 } });
  });

  it('a file that is missing, a folder or not JSON is refused', () => {
    const folder = freshFolder();
    const [missing, directory, garbage] = ['missing.json', 'folder.json', 'bad.json'].map((name) => join(folder, name));
    mkdirSync(directory!);
    writeFileSync(garbage!, '{"epochs": }');
    expect(() => loadConfigLayer(missing!)).toThrow(
      refusal('ConfigError', `${missing}: expected a readable config file, got ENOENT`),
    );
    expect(() => loadConfigLayer(directory!)).toThrow(
      refusal('ConfigError', `${directory}: expected a readable config file, got EISDIR`),
    );
    expect(() => loadConfigLayer(garbage!)).toThrow(
      refusal('ConfigError', /bad\.json: expected valid JSON, got .*JSON/),
    );
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadSweep, resolveConfig } from '../../../src/experiment/index.js';
import { freshFolder } from '../../support/folders.js';
import { refusal } from '../../support/errors.js';
import { seedProperties } from '../../support/properties.js';
import { folderNames } from '../../../src/experiment/sweep/names.js';
import { plan } from './support.js';

seedProperties();

describe('the runs of a sweep', () => {
  it('are methods x lists of the grid, the last list varying fastest', () => {
    const cells = plan({
      methods: [{ name: 'CE', loss: 'ce' }, { name: 'LA' }],
      grid: { learningRate: [0.1, 0.05], seed: [1, 2] },
    });
    expect(cells.map(({ name }) => name)).toEqual([
      'CE_learningRate-0.1_seed-1',
      'CE_learningRate-0.1_seed-2',
      'CE_learningRate-0.05_seed-1',
      'CE_learningRate-0.05_seed-2',
      'LA_learningRate-0.1_seed-1',
      'LA_learningRate-0.1_seed-2',
      'LA_learningRate-0.05_seed-1',
      'LA_learningRate-0.05_seed-2',
    ]);
    expect(cells[3]).toMatchObject({ method: 'CE', values: { learningRate: 0.05, seed: 2 }, after: null });
    expect(cells[3]!.config).toMatchObject({ loss: 'ce', learningRate: 0.05, seed: 2 });
  });

  it('have one thread unless the sweep says otherwise', () => {
    const threads = (json: object): unknown => plan({ grid: { seed: [1] }, ...json })[0]!.config.threads;
    expect(threads({})).toBe(1);
    expect(threads({ base: { threads: 2 } })).toBe(2);
    expect(threads({ base: { threads: null } })).toBe(null);
    expect(threads({ methods: [{ name: 'a', threads: 3 }] })).toBe(3);
  });

  it('are what longtail train resolves from base and options', () => {
    const [cell] = plan({ base: 'cifar10-lt', methods: [{ name: 'short', epochs: 40, loss: 'ce' }] });
    expect(cell!.config).toMatchObject({ data: 'cifar10', epochs: 40, warmupEpochs: 1, milestones: [32, 36] });
    expect(cell!.name).toBe('short');
  });

  it('are those of the grid alone without methods', () => {
    const cells = plan({ grid: { loss: ['ce', 'logit-adjusted'], clipNorm: [null, 5] } });
    expect(cells.map(({ name }) => name)).toEqual([
      'loss-ce_clipNorm-none',
      'loss-ce_clipNorm-5',
      'loss-logit-adjusted_clipNorm-none',
      'loss-logit-adjusted_clipNorm-5',
    ]);
    expect(cells.every(({ method }) => method === null)).toBe(true);
  });

  it('take a base beside their file', () => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'base.json'), '{"epochs": 7}');
    writeFileSync(join(folder, 'sweep.json'), '{"base": "base.json", "grid": {"seed": [1]}}');
    expect(loadSweep(join(folder, 'sweep.json'))[0]!.config.epochs).toBe(7);
  });
});

describe('a second stage', () => {
  const json = {
    base: { epochs: 20, holdout: 0.1 },
    grid: { seed: [1, 2] },
    methods: [
      { name: 'CE', loss: 'ce', learningRate: 0.05, threads: 2 },
      { name: 'cRT', init: { method: 'CE' }, freeze: 'backbone', classifier: 'reset', epochs: 10 },
    ],
  };

  it('starts from the run of another method with the same values of the grid', () => {
    const cells = plan(json).filter(({ method }) => method === 'cRT');
    expect(cells.map(({ after }) => after)).toEqual(['CE_seed-1', 'CE_seed-2']);
    expect(cells.map(({ config }) => config.init)).toEqual(['runs/CE_seed-1', 'runs/CE_seed-2']);
  });

  it('leaves open what that run has, except what belongs to a machine', () => {
    const { config } = plan(json)[2]!;
    expect(config).toMatchObject({ loss: 'ce', learningRate: 0.05, holdout: 0.1, epochs: 10, threads: 1, seed: 1 });
  });

  it.each([
    [{ method: 'cE' }, 'expected init.method to be a method listed before this one, got "cE". Did you mean "CE"?'],
    [{ method: 'cRT' }, 'expected init.method to be a method listed before this one, got "cRT"'],
    [{}, 'expected init.method to be a method listed before this one, got undefined'],
  ])('from %j is refused', (init, message) => {
    const methods = [json.methods[0], { ...json.methods[1], init }];
    expect(() => plan({ ...json, methods })).toThrow(refusal('ConfigError', `sweep.json, methods[1]: ${message}`));
  });
});

describe('a sweep is refused', () => {
  const seeds = { seed: [1, 2] };
  it.each<[string, unknown, string]>([
    ['that is no object', [], 'sweep.json: expected an object with methods or a grid, got []'],
    ['without runs', {}, 'sweep.json: expected methods or a grid, got neither'],
    ['with no methods', { methods: [] }, 'sweep.json: expected methods to be a list of at least one entry, got []'],
    [
      'with an empty list',
      { grid: { seed: [] } },
      'sweep.json: expected grid.seed to be a list of at least one entry, got []',
    ],
    [
      'with a value for a list',
      { grid: { seed: 1 } },
      'sweep.json: expected grid.seed to be a list of at least one entry, got 1',
    ],
    [
      'with an unknown key',
      { method: [], grid: seeds },
      'sweep.json: expected base, grid and methods, got "method". Did you mean "methods"?',
    ],
    [
      'with an unknown option in the grid',
      { grid: { sed: [1] } },
      'sweep.json, grid: expected names of options, got "sed". Did you mean "seed" or "head"?',
    ],
    ['with a method without a name', { methods: [{}] }, 'sweep.json, methods[0]: expected a name, got undefined'],
    [
      'with two methods of one name',
      { methods: [{ name: 'a' }, { name: 'a', epochs: 3 }] },
      'sweep.json: expected methods with different names, got "a" twice',
    ],
    [
      'with an option in method and grid',
      { grid: seeds, methods: [{ name: 'a', seed: 3 }] },
      'sweep.json: expected seed in the grid or in a method, got it in both, the grid and "a". Leave it out of one of them',
    ],
    [
      'with an unknown preset',
      { base: 'cifar10', grid: seeds },
      'sweep.json: expected base to be options, the name of a preset or a path that ends in .json, got "cifar10". ' +
        'Did you mean "cifar10-lt" or "cifar100-lt"?',
    ],
    [
      'with an option of base out of range',
      { base: { epochs: 0 }, grid: seeds },
      'sweep.json, base: expected epochs to be at least 1, got 0',
    ],
    [
      'with a run that is not valid, by its name',
      { methods: [{ name: 'LA' }, { name: 'CE', loss: 'ce', tau: 1 }], grid: seeds },
      'sweep.json, run "CE, seed 1": expected tau only with the losses logit-adjusted, equalized, vector-scaling, ' +
        'sampled-softmax, sampled-decoupled, got tau 1 with ce. ' +
        'With a hold-out the post-hoc tau of ce is tuned there',
    ],
    [
      'with a value of the grid out of range, by its run',
      { grid: { seed: [1, -2] } },
      'sweep.json, run "seed -2": expected seed to be non-negative, got -2',
    ],
    [
      'with two runs that are the same',
      { methods: [{ name: 'LA' }, { name: 'tau 1', tau: 1 }], grid: seeds },
      'sweep.json: expected runs that differ, got run 1 ("LA, seed 1") and run 3 ("tau 1, seed 1") with the same ' +
        'configuration. Drop one of them, or change an option of it',
    ],
    [
      'with a value twice',
      { grid: { seed: [4, 5, 4] } },
      'sweep.json: expected runs that differ, got run 1 ("seed 4") and run 3 ("seed 4") with the same ' +
        'configuration. Drop one of them, or change an option of it',
    ],
  ])('%s', (_what, json, message) => {
    expect(() => plan(json)).toThrow(refusal('ConfigError', message));
  });

  it('that cannot be read or is no JSON', () => {
    const path = join(freshFolder(), 'sweep.json');
    expect(() => loadSweep(path)).toThrow(
      refusal('ConfigError', `${path}: expected a readable config file, got ENOENT`),
    );
    writeFileSync(path, '{');
    expect(() => loadSweep(path)).toThrow(refusal('ConfigError', /sweep\.json: expected valid JSON, got /));
  });
});

it('a resolved configuration resolves to itself, so that a run reads what the sweep checked', () => {
  const cells = plan({
    base: 'cifar10-lt',
    grid: { loss: ['ce', 'logit-adjusted', 'balanced-softmax'], epochs: [40, 200], data: ['cifar10', 'mnist'] },
  });
  for (const { config } of cells) expect(resolveConfig([{ source: 'again', values: config }])).toEqual(config);
});

describe('names of run folders', () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.nat(), { maxLength: 3 }),
  );

  it('are safe, short, told apart without case, and the same every time', () => {
    const run = fc.record({
      method: fc.option(fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 300 }))),
      values: fc.dictionary(fc.constantFrom('seed', 'dataDir', 'model'), value),
    });
    const different = fc.uniqueArray(run, { selector: (named) => JSON.stringify(named), maxLength: 12 });
    fc.assert(
      fc.property(different, (runs) => {
        const names = folderNames(runs);
        for (const name of names) expect(name).toMatch(/^[\w+-][\w.+-]{0,99}$/);
        expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(runs.length);
        expect(folderNames(runs)).toEqual(names);
      }),
    );
  });

  it.each([
    ['LA', { seed: 1 }, 'LA_seed-1'],
    ['LA, tau 1', { seed: 1 }, 'LA-tau-1_seed-1'],
    ['LA', { milestones: [160, 180] }, 'LA_milestones-160+180'],
    [null, { dataDir: '/data/a' }, 'dataDir--data-a'],
    ['../..', {}, 'run-fa5ce771'],
  ])('%s with %j', (method, values, name) => {
    expect(folderNames([{ method, values }])).toEqual([name]);
  });

  it('have a digest where they would be one folder', () => {
    const names = folderNames(['LA', 'la', 'a b', 'a/b', 'c'].map((method) => ({ method, values: {} })));
    expect(names.map((name) => name.replace(/[0-9a-f]{8}$/, '*'))).toEqual(['LA-*', 'la-*', 'a-b-*', 'a-b-*', 'c']);
    expect(new Set(names).size).toBe(5);
  });
});

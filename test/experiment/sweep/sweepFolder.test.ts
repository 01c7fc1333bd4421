import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSweep, SweepFolder } from '../../../src/experiment/index.js';
import { refusal } from '../../support/errors.js';
import { freshFolder, makeReadOnly, smallDisk } from '../../support/folders.js';
import { FakeSweep, four, plan } from './support.js';

const freshPath = (): string => join(freshFolder(), 'sweep');

describe('the folder of a sweep', () => {
  it('records the runs, resolved, and can be read back', () => {
    const path = freshPath();
    const cells = plan(four);
    SweepFolder.open(path, cells);
    expect(JSON.parse(readFileSync(join(path, 'sweep.json'), 'utf8'))).toEqual({ format: 1, runs: cells });
    expect(SweepFolder.read(path).cells).toEqual(cells);
    expect(readdirSync(path).sort()).toEqual(['configs', 'logs', 'runs', 'sweep.json']);
  });

  it('opens for the same sweep again, also with the data elsewhere, and keeps the record', () => {
    const path = freshPath();
    SweepFolder.open(path, plan(four));
    const before = readFileSync(join(path, 'sweep.json'), 'utf8');
    const moved = plan({ ...four, base: { ...four.base, dataDir: '/elsewhere' } });
    expect(SweepFolder.open(path, moved).cells[0]!.config.dataDir).toBe('/elsewhere');
    expect(readFileSync(join(path, 'sweep.json'), 'utf8')).toBe(before);
  });

  it.each([
    [
      'another option',
      { ...four, base: { epochs: 4 } },
      'one where CE_seed-1 has warmupEpochs 0.2 (not 0.15), epochs 4 (not 3)',
    ],
    ['another seed', { ...four, grid: { seed: [1, 3] } }, 'one whose run 2 is CE_seed-3, not CE_seed-2'],
    [
      'one method more',
      { ...four, methods: [...four.methods, { name: 'B', loss: 'balanced-softmax' }] },
      'one whose run 5 is B_seed-1, not left out',
    ],
    ['one method less', { ...four, methods: four.methods.slice(0, 1) }, 'one of 2 runs, not 4'],
  ])('refuses a sweep with %s', (_what, other, got) => {
    const path = freshPath();
    SweepFolder.open(path, plan(four));
    expect(() => SweepFolder.open(path, plan(other))).toThrow(
      refusal(
        'ConfigError',
        `${path}/sweep.json: expected the sweep that the folder was made for, got ${got}. ` +
          'A sweep goes on as it began: choose another --out',
      ),
    );
  });

  it('is not made where other things are', () => {
    const path = freshFolder();
    writeFileSync(join(path, 'thesis.tex'), '');
    expect(() => SweepFolder.open(path, plan(four))).toThrow(
      refusal(
        'RunFolderError',
        `${path}: expected a new folder or that of a sweep, got one with thesis.tex in it. Choose another --out`,
      ),
    );
    expect(readdirSync(path)).toEqual(['thesis.tex']);
  });

  it('is not made where nothing can be written', (context) => {
    const disk = smallDisk(64);
    if (disk === null || !makeReadOnly(disk)) return context.skip('a read-only disk cannot be had here');
    expect(() => SweepFolder.open(join(disk, 'sweep'), plan(four))).toThrow(
      refusal('RunFolderError', /sweep: expected a place where a sweep can be kept, got EROFS\. /),
    );
  });

  it.each(['{', '{"format": 2, "runs": []}', '{"format": 1, "runs": [{"name": "../x"}]}'])(
    'says that its record is damaged: %s',
    (text) => {
      const path = freshPath();
      SweepFolder.open(path, plan(four));
      writeFileSync(join(path, 'sweep.json'), text);
      expect(() => readSweep(path)).toThrow(
        refusal('RunFolderError', /sweep\.json: expected the record of a sweep, got .*The file is damaged: restore it/),
      );
    },
  );

  it('that is none is refused', () => {
    const path = freshPath();
    const message = (got: string): string =>
      `${path}: expected the folder of a sweep, got ${got}. longtail sweep makes one`;
    expect(() => readSweep(path)).toThrow(refusal('RunFolderError', message('no such folder')));
    mkdirSync(path);
    expect(() => readSweep(path)).toThrow(refusal('RunFolderError', message('no sweep.json')));
  });
});

describe('a run of a sweep', () => {
  it('is finished with a whole report of all its epochs, and else is not', async () => {
    const sweep = new FakeSweep();
    await sweep.run();
    const state = (name: string): string => sweep.states[name]!;
    expect(sweep.states).toEqual({
      'CE_seed-1': 'finished',
      'CE_seed-2': 'finished',
      'LA_seed-1': 'finished',
      'LA_seed-2': 'finished',
    });
    const report = (name: string): string => join(sweep.path, 'runs', name, 'report.json');
    const text = readFileSync(report('CE_seed-1'), 'utf8');
    writeFileSync(report('CE_seed-1'), text.slice(0, -2));
    writeFileSync(report('CE_seed-2'), text.replace('"epochs":3', '"epochs":2'));
    writeFileSync(report('LA_seed-1'), text.replace('balancedAccuracy', 'accuracy'));
    expect(['CE_seed-1', 'CE_seed-2', 'LA_seed-1'].map(state)).toEqual(['begun', 'begun', 'begun']);
  });

  it('is listed by readSweep with its report, wherever the folder went', async () => {
    const sweep = new FakeSweep();
    await sweep.run({ 'CE_seed-2': 'fail' });
    const path = freshPath();
    renameSync(sweep.path, path);
    const runs = readSweep(path);
    expect(runs.map(({ name, status }) => [name, status])).toEqual([
      ['CE_seed-1', 'finished'],
      ['CE_seed-2', 'failed'],
      ['LA_seed-1', 'finished'],
      ['LA_seed-2', 'finished'],
    ]);
    expect(runs[3]).toMatchObject({
      method: 'LA',
      values: { seed: 2 },
      run: join(path, 'runs', 'LA_seed-2'),
      report: { final: { raw: { balancedAccuracy: 0.2 } } },
    });
    expect(runs[1]).toMatchObject({ failure: 'train: expected a finite loss, got NaN. Lower the learning rate' });
    expect(runs[1]).not.toHaveProperty('report');
  });
});

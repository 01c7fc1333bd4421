import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from '../../src/data/node/index.js';
import { resolveConfig } from '../../src/experiment/index.js';
import { dataLocation, isDataSource, movedData } from '../../src/experiment/dataOptions.js';
import { defaultConfig } from '../../src/experiment/options.js';
import { refusal } from '../support/errors.js';
import { freshFolder } from '../support/folders.js';

const resolveLayers = (...layers: object[]) =>
  resolveConfig(layers.map((values, i) => ({ source: `layer ${i}`, values })));

/** A folder with features, labels and images of the kinds that a run tells apart, and paths in it. */
const folder = freshFolder();
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  await writeNpy(at('x.npy'), new Float32Array(6), [3, 2]);
  await writeNpy(at('images.npy'), new Uint8Array(12), [3, 2, 2]);
  await writeNpy(at('y.npy'), Int32Array.of(0, 1, 1));
  writeFileSync(at('table.csv'), 'a,label\n1,x\n');
  writeFileSync(at('paths.csv'), 'path,label\n1.png,x\n');
  mkdirSync(at('flowers'));
});

describe('data of your own', () => {
  it('are a path: absolute, not cut to a tail, and otherwise as images by default', () => {
    const config = resolveLayers({ data: relative('.', at('flowers')) });
    expect(config).toEqual({ ...defaultConfig, tau: 1, data: at('flowers'), profile: 'none' });
    expect(resolveLayers(config)).toEqual(config);
    expect(resolveLayers({ data: at('flowers'), profile: 'exponential' }).profile).toBe('exponential');
    expect(resolveLayers({ profile: 'step' }, { data: at('flowers') }).profile).toBe('none');
    expect(resolveLayers({ data: at('flowers') }, { profile: 'step' }).profile).toBe('step');
  });

  it('need not exist to be a path if they look like one; a name wins over a folder', () => {
    expect(['./x', 'x.csv', 'a/b', 'src', '.', 'mnist'].map(isDataSource)).toEqual(Array<boolean>(6).fill(true));
    expect(['mnst', '', 'no-such-folder'].map(isDataSource)).toEqual([false, false, false]);
    expect(resolveLayers({ data: 'src' }).data).toBe(resolve('src'));
    expect(resolveLayers({ data: 'mnist' }).data).toBe('mnist');
    expect(() => resolveLayers({ data: 'mnst' })).toThrow(
      refusal(
        'ConfigError',
        'layer 0: expected data to be one of sample, cifar10, cifar100, mnist, delicious, zipf, got "mnst". Did you mean "mnist"?',
      ),
    );
  });

  it('as feature vectors are not cropped or mirrored, and have a linear model in place of the default', () => {
    const vectors = { cropPadding: 0, flip: false, model: 'linear', profile: 'none' };
    const arrays = { data: at('x.npy'), labels: at('y.npy') };
    expect(resolveLayers(arrays)).toMatchObject({ ...vectors, ...arrays, features: null });
    expect(resolveLayers({ features: at('x.npy'), labels: at('y.npy') })).toMatchObject({
      ...vectors,
      ...arrays,
      features: at('x.npy'),
    });
    expect(resolveLayers({ data: at('table.csv') })).toMatchObject(vectors);
    expect(resolveLayers({ data: at('table.csv'), model: 'mlp' }).model).toBe('mlp');
    expect(resolveLayers({ model: 'resnet20' }, { data: at('table.csv') }).model).toBe('resnet20');
    const images = { cropPadding: 4, flip: true, model: 'resnet8' };
    expect(resolveLayers({ data: at('paths.csv') })).toMatchObject(images);
    expect(resolveLayers({ data: at('images.npy'), labels: at('y.npy') })).toMatchObject(images);
  });

  it('take nothing over that described other data', () => {
    const first = { data: at('x.npy'), labels: at('y.npy'), testData: at('t.npy'), testLabels: at('u.npy') };
    const then = resolveLayers({ ...first, labelColumn: 'y' }, { data: at('flowers') });
    expect(then).toMatchObject({ labels: null, testData: null, testLabels: null, labelColumn: 'label' });
    const back = resolveLayers(first, { data: 'cifar10' });
    expect(back).toMatchObject({ data: 'cifar10', labels: null, testData: null, profile: 'exponential' });
    expect(resolveLayers({ data: 'mnist', dataDir: '/data' }, { data: at('flowers') }).dataDir).toBeNull();
    const test = resolveLayers(first, { testFeatures: at('flowers') });
    expect(test).toMatchObject({ testData: at('flowers'), testFeatures: at('flowers'), testLabels: null });
  });

  const x = at('x.npy');
  const y = at('y.npy');
  it.each<[object, string]>([
    [{ data: 'mnist', labels: y }, `labels with your own data, got data mnist. Give data a path`],
    [{ imageSize: 32 }, `imageSize with your own data, got data sample. Give data a path`],
    [{ data: x, dataDir: '/a', labels: y }, `dataDir with a data set by name, got data ${x}. data is the path already`],
    [{ data: at('flowers'), features: x, labels: y }, `data or features, got data ${at('flowers')} and features ${x}`],
    [{ data: x }, `labels for ${x}, got none. Name another .npy with them`],
    [{ data: at('table.csv'), labels: y }, `labels with .npy data, got ${at('table.csv')}`],
    [{ data: x, labels: y, testData: x }, `testLabels for ${x}, got none. Name another .npy with them`],
    [{ data: x, labels: y, testLabels: y }, `testLabels with .npy data, got no such data`],
    [
      { data: x, labels: y, testData: '/t.csv', testFeatures: '/u.csv' },
      `testData or testFeatures, got testData /t.csv and testFeatures /u.csv`,
    ],
    [{ data: x, labels: y, root: '/r' }, `root with a list (.txt) or table (.csv) of paths, got data ${x}`],
    [{ data: at('flowers'), testShare: 1 }, 'testShare to be less than 1, got 1'],
    [{ data: at('flowers'), imageSize: 0 }, 'imageSize to be at least 1, got 0'],
    [{ data: '' }, 'data to be one of sample, cifar10, cifar100, mnist, delicious, zipf, got ""'],
  ])('refuse %o', (values, message) => {
    expect(() => resolveLayers(values)).toThrow(refusal('ConfigError', `layer 0: expected ${message}`));
  });
});

describe('data that have moved', () => {
  const arrays = resolveLayers({ features: at('x.npy'), labels: at('y.npy') });

  it('may have other paths, under either name', () => {
    const data = '/new/x.npy';
    expect(movedData(arrays, { data })).toEqual({ data, features: data });
    expect(movedData(arrays, { features: data, labels: '/new/y.npy' })).toEqual({
      data,
      features: data,
      labels: '/new/y.npy',
    });
    expect(movedData(resolveLayers({ data: at('flowers') }), { data: 'b/../flowers' })).toEqual({
      data: resolve('flowers'),
    });
  });

  it('are no other data: a name stays, and what was not there does not come', () => {
    expect(movedData(defaultConfig, { data: '/elsewhere' })).toEqual({});
    expect(movedData(arrays, { data: 'mnist' })).toEqual({});
    expect(movedData(arrays, { testData: '/t.npy', labels: null })).toEqual({});
    expect(movedData(arrays, {})).toEqual({});
  });

  it('are told apart from other options', () => {
    expect(dataLocation({ data: 'a', ...{ run: 'b' }, dataDir: 'c' })).toEqual({ data: 'a', dataDir: 'c' });
  });
});

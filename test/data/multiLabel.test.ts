import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { denseFeatures, labelCountsOf, labelLists, multiLabelDataset, takeMultiLabel } from '../../src/data/index.js';
import type { MultiLabelDataset } from '../../src/data/index.js';
import { refusal } from '../support/errors.js';
import { seedProperties } from '../support/properties.js';

seedProperties();

const [numFeatures, numClasses] = [5, 4];

/** A point as plain lists. */
interface Point {
  readonly labels: number[];
  readonly features: [number, number][];
}

const point: fc.Arbitrary<Point> = fc.record({
  labels: fc.uniqueArray(fc.nat(numClasses - 1)),
  features: fc.uniqueArray(fc.tuple(fc.nat(numFeatures - 1), fc.integer({ min: -9, max: 9 })), {
    selector: ([j]) => j,
  }),
});

function offsetsOf(lengths: readonly number[]): Int32Array {
  return Int32Array.from([0, ...lengths.map((_, i) => lengths.slice(0, i + 1).reduce((sum, n) => sum + n, 0))]);
}

function datasetOf(points: readonly Point[]): MultiLabelDataset {
  const entries = points.flatMap(({ features }) => features);
  return multiLabelDataset({
    name: 'toy',
    numFeatures,
    classNames: ['a', 'b', 'c', 'd'],
    features: {
      offsets: offsetsOf(points.map(({ features }) => features.length)),
      columns: Int32Array.from(entries, ([column]) => column),
      values: Float32Array.from(entries, ([, value]) => value),
    },
    labels: {
      offsets: offsetsOf(points.map(({ labels }) => labels.length)),
      ids: Int32Array.from(points.flatMap(({ labels }) => labels)),
    },
  });
}

const denseRow = ({ features }: Point): number[] =>
  Array.from({ length: numFeatures }, (_, j) => features.find(([column]) => column === j)?.[1] ?? 0);

describe('a multi-label data set', () => {
  it('gives back the rows that it was made of, chosen in any order', () => {
    const chosen = fc
      .array(point, { maxLength: 6 })
      .chain((points) =>
        fc.tuple(fc.constant(points), points.length === 0 ? fc.constant([]) : fc.array(fc.nat(points.length - 1))),
      );
    fc.assert(
      fc.property(chosen, ([points, indices]) => {
        const dataset = datasetOf(points);
        const rows = indices.map((index) => points[index]!);
        expect(dataset).toMatchObject({ size: points.length, numClasses });
        expect(Array.from(denseFeatures(dataset, indices))).toEqual(rows.flatMap(denseRow));
        expect(labelLists(dataset, indices).map((ids) => Array.from(ids))).toEqual(rows.map(({ labels }) => labels));
        expect(takeMultiLabel(dataset, indices)).toEqual(datasetOf(rows));
        const count = (y: number): number => points.filter(({ labels }) => labels.includes(y)).length;
        expect(Array.from(labelCountsOf(dataset))).toEqual([0, 1, 2, 3].map(count));
      }),
      { numRuns: 300 },
    );
  });

  it('is copied by takeMultiLabel', () => {
    const dataset = datasetOf([{ labels: [1], features: [[2, 3]] }]);
    const taken = takeMultiLabel(dataset, [0]);
    taken.labels.ids[0] = 3;
    taken.features.values[0] = 7;
    expect(dataset.labels.ids[0]).toBe(1);
    expect(dataset.features.values[0]).toBe(3);
  });

  it('refuses positions that it does not have', () => {
    const dataset = datasetOf([{ labels: [], features: [] }]);
    for (const [name, work] of Object.entries({ denseFeatures, labelLists, takeMultiLabel })) {
      expect(() => work(dataset, [0, 1])).toThrow(
        refusal('InvalidArgumentError', `${name}: expected indices[1] to be an integer in 0..0, got 1`),
      );
      expect(() => work(dataset, [-1])).toThrow(
        refusal('InvalidArgumentError', `${name}: expected indices[0] to be an integer in 0..0, got -1`),
      );
    }
  });

  it('refuses arrays that do not fit', () => {
    const fields = {
      name: 'toy',
      numFeatures: 3,
      classNames: ['a', 'b'],
      features: { offsets: Int32Array.of(0, 2, 3), columns: Int32Array.of(2, 0, 1), values: Float32Array.of(1, 2, 3) },
      labels: { offsets: Int32Array.of(0, 0, 2), ids: Int32Array.of(1, 0) },
    };
    const refuses = (change: Partial<typeof fields>, message: string): void => {
      const error = refusal('InvalidArgumentError', `multiLabelDataset: expected ${message}`);
      expect(() => multiLabelDataset({ ...fields, ...change })).toThrow(error);
    };
    const { features, labels } = fields;
    expect(multiLabelDataset(fields).size).toBe(2);
    refuses({ numFeatures: 0 }, 'numFeatures to be an integer of at least 1, got 0');
    refuses({ classNames: [] }, 'classNames.length to be an integer of at least 1, got 0');
    const offsets = 'features.offsets that ascend from 0 to 3, the number of columns, got';
    for (const wrong of [[0, 3, 2], [1, 2, 3], [0, 2], [0, 4, 3], []]) {
      refuses({ features: { ...features, offsets: Int32Array.from(wrong) } }, `${offsets} [${wrong.join(', ')}]`);
    }
    refuses(
      { labels: { ...labels, offsets: Int32Array.of(0, 2) } },
      'labels of 2 examples, as many as features, got 1',
    );
    refuses(
      { features: { ...features, columns: Int32Array.of(2, 0, 3) } },
      'features.columns[2] to be an integer in 0..2, got 3',
    );
    refuses({ labels: { ...labels, ids: Int32Array.of(-1, 0) } }, 'labels.ids[0] to be an integer in 0..1, got -1');
    refuses({ labels: { ...labels, ids: Int32Array.of(1, 1) } }, 'distinct ids in row 1 of labels, got 1 twice');
    refuses(
      { features: { ...features, columns: Int32Array.of(2, 2, 1) } },
      'distinct columns in row 0 of features, got 2 twice',
    );
    refuses(
      { features: { ...features, values: Float32Array.of(1) } },
      'features.values of length 3, one for each column, got 1',
    );
    refuses(
      { features: { ...features, values: Float32Array.of(1, NaN, 2) } },
      'features.values[1] to be a finite number, got NaN',
    );
  });
});

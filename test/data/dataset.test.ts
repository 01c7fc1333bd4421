import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classCountsOf, imageDataset, takeExamples } from '../../src/data/index.js';
import { toyDataset } from './support.js';

const fields = {
  name: 'toy',
  images: new Uint8Array(12),
  labels: Int32Array.of(0, 1, 1),
  imageShape: [2, 2, 1] as const,
  classNames: ['cat', 'dog'],
};

describe('imageDataset', () => {
  it('keeps the arrays and knows its size', () => {
    const dataset = imageDataset(fields);
    expect(dataset).toEqual({ ...fields, size: 3 });
    expect(dataset.images).toBe(fields.images);
  });

  it.each([
    [{ images: new Uint8Array(11) }, 'images of length 12 (N * H * W * C), got 11'],
    [{ labels: Int32Array.of(0, 2, 1) }, 'labels[1] to be an integer in 0..1, got 2'],
    [{ labels: Int32Array.of(0, 1, -1) }, 'labels[2] to be an integer in 0..1, got -1'],
    [{ classNames: ['cat'] }, 'classNames.length to be an integer of at least 2, got 1'],
    [{ imageShape: [2, 0, 1] as const }, 'imageShape[1] to be an integer of at least 1, got 0'],
    [{ imageShape: [2, 2] as unknown as [number, number, number] }, 'imageShape [H, W, C], got [2,2]'],
  ])('refuses %o', (wrong, message) => {
    expect(() => imageDataset({ ...fields, ...wrong })).toThrow(`imageDataset: expected ${message}`);
  });
});

describe('takeExamples', () => {
  it('copies whole images in the order asked', () => {
    const dataset = imageDataset({ ...fields, images: Uint8Array.from({ length: 12 }, (_, i) => i) });
    const taken = takeExamples(dataset, [2, 0, 2]);
    expect(Array.from(taken.images)).toEqual([8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11]);
    expect(Array.from(taken.labels)).toEqual([1, 0, 1]);
    expect(taken).toMatchObject({ size: 3, name: 'toy', classNames: ['cat', 'dog'], imageShape: [2, 2, 1] });
    taken.images.fill(255);
    expect(dataset.images[8]).toBe(8);
  });

  it.each([3, -1, 0.5, NaN])('refuses the index %d', (index) => {
    const message = `takeExamples: expected indices[1] to be an integer in 0..2, got ${index}`;
    expect(() => takeExamples(imageDataset(fields), [0, index])).toThrow(message);
  });
});

describe('classCountsOf', () => {
  it('counts each class, also those that do not occur', () => {
    expect(Array.from(classCountsOf([2, 0, 2], 4))).toEqual([1, 0, 2, 0]);
  });

  it('sums to the number of labels and ignores their order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(6)), (labels) => {
        const counts = classCountsOf(labels, 7);
        expect(counts.reduce((total, count) => total + count, 0)).toBe(labels.length);
        expect(classCountsOf(labels.toReversed(), 7)).toEqual(counts);
        labels.forEach((label) => expect(counts[label]).toBe(labels.filter((other) => other === label).length));
      }),
    );
  });

  it.each([
    [[0, 3], 'labels[1] to be an integer in 0..2, got 3'],
    [[0.5], 'labels[0] to be an integer in 0..2, got 0.5'],
    [[NaN], 'labels[0] to be an integer in 0..2, got NaN'],
  ])('refuses %o', (labels, message) => {
    expect(() => classCountsOf(labels, 3)).toThrow(`classCountsOf: expected ${message}`);
  });

  it('checks labels again: they may have been written to', () => {
    const dataset = toyDataset([0, 1], 2);
    dataset.labels[1] = 9;
    expect(() => classCountsOf(dataset.labels, 2)).toThrow('classCountsOf: expected labels[1]');
  });
});

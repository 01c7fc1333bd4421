import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { randomStream, type RandomStream } from '../../src/core/index.js';
import { imageDataset, type ImageDataset } from '../../src/data/index.js';
import {
  centredNormalization,
  channelNormalization,
  imageSource,
  type ImageAugmentation,
  type ImageNormalization,
} from '../../src/train/index.js';
import { refusal } from '../support/errors.js';
import { expectClose } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';

seedProperties();
beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

/** `size` images of random bytes. */
function randomImages(size: number, [height, width, channels]: readonly [number, number, number], seed: number) {
  const random = randomStream(seed);
  return imageDataset({
    name: 'random',
    images: Uint8Array.from({ length: size * height * width * channels }, () => random.integer(256)),
    labels: Int32Array.from({ length: size }, (_, i) => i % 2),
    imageShape: [height, width, channels],
    classNames: ['a', 'b'],
  });
}

/** `(byte / 255 - mean) / deviation` of one pixel, in float64; 0 outside the image. */
function pixel({ images, imageShape }: ImageDataset, normalization: ImageNormalization, index: number, at: number[]) {
  const [height, width, channels] = imageShape;
  const [y, x, c] = at as [number, number, number];
  if (y < 0 || y >= height || x < 0 || x >= width) return 0;
  const byte = images[((index * height + y) * width + x) * channels + c]!;
  return (byte / 255 - normalization.mean[c]!) / normalization.deviation[c]!;
}

/** One image through pad, crop and flip, each step written out: normalise, pad with 0, cut, mirror. */
function plainView(
  dataset: ImageDataset,
  normalization: ImageNormalization,
  index: number,
  { top, left, mirrored }: { top: number; left: number; mirrored: boolean },
  padding: number,
): number[] {
  const [height, width, channels] = dataset.imageShape;
  const values: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let column = 0; column < width; column++) {
      const x = mirrored ? width - 1 - column : column;
      for (let c = 0; c < channels; c++) {
        // Corner (top, left) of the crop in the padded image, whose pixel (padding, padding) is pixel (0, 0).
        values.push(pixel(dataset, normalization, index, [y + top - padding, x + left - padding, c]));
      }
    }
  }
  return values;
}

/** All views that `augmentation` can give of one image. */
function allViews(
  dataset: ImageDataset,
  normalization: ImageNormalization,
  index: number,
  { cropPadding: padding = 0, flip = false }: ImageAugmentation,
): number[][] {
  const shifts = Array.from({ length: 2 * padding + 1 }, (_, i) => i);
  return shifts.flatMap((top) =>
    shifts.flatMap((left) =>
      (flip ? [false, true] : [false]).map((mirrored) =>
        plainView(dataset, normalization, index, { top, left, mirrored }, padding),
      ),
    ),
  );
}

const shapes = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 3 }));

async function batchOf(
  dataset: ImageDataset,
  normalization: ImageNormalization,
  augmentation: ImageAugmentation,
  indices: number[],
  random: RandomStream,
): Promise<{ inputs: Float32Array; targets: Int32Array; shape: number[] }> {
  const { inputs, targets } = imageSource(dataset, { normalization, augmentation }).batch(
    Int32Array.from(indices),
    random,
  );
  const result = {
    inputs: await inputs.data<'float32'>(),
    targets: await targets.data<'int32'>(),
    shape: inputs.shape,
  };
  expect([inputs.dtype, targets.dtype]).toEqual(['float32', 'int32']);
  tf.dispose([inputs, targets]);
  return result;
}

describe('imageSource', () => {
  it('without augmentation gives the normalised images and their labels, in the order asked for', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer(), async (imageShape, seed) => {
        const dataset = randomImages(5, imageShape, seed);
        const normalization = channelNormalization(dataset);
        const batch = await batchOf(dataset, normalization, {}, [4, 0, 4], randomStream(seed));
        expect(batch.shape).toEqual([3, ...imageShape]);
        expect([...batch.targets]).toEqual([0, 0, 0].map((_, row) => dataset.labels[[4, 0, 4][row]!]!));
        const still = { top: 0, left: 0, mirrored: false };
        const expected = [4, 0, 4].flatMap((index) => plainView(dataset, normalization, index, still, 0));
        expectClose(batch.inputs, expected, 1e-6);
      }),
      { numRuns: 40 },
    );
  });

  it('gives views that pad with 0 after normalisation, crop and mirror as the plain reference does', async () => {
    const cases = fc.record({
      imageShape: shapes,
      seed: fc.integer(),
      cropPadding: fc.integer({ min: 0, max: 2 }),
      flip: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ imageShape, seed, cropPadding, flip }) => {
        fc.pre(cropPadding <= imageShape[0]);
        const dataset = randomImages(3, imageShape, seed);
        const normalization = {
          mean: [0.4, 0.5, 0.6].slice(0, imageShape[2]),
          deviation: [0.2, 0.3, 1].slice(0, imageShape[2]),
        };
        const augmentation = { cropPadding, flip };
        const indices = [2, 0, 1, 2];
        const { inputs } = await batchOf(dataset, normalization, augmentation, indices, randomStream(seed));
        const size = inputs.length / indices.length;
        indices.forEach((index, row) => {
          const image = inputs.subarray(row * size, (row + 1) * size);
          const matches = allViews(dataset, normalization, index, augmentation).some((view) =>
            view.every((value, i) => Math.abs(value - image[i]!) <= 1e-6 * Math.max(1, Math.abs(value))),
          );
          expect(matches, `row ${row} is a view of image ${index}`).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('draws every shift and both mirrorings equally often', async () => {
    // One lit pixel in a 3 x 3 image: where it lands tells shift and, as it is left of the middle, mirroring.
    const dataset = imageDataset({
      name: 'dot',
      images: Uint8Array.of(0, 0, 0, 255, 0, 0, 0, 0, 0),
      labels: Int32Array.of(0),
      imageShape: [3, 3, 1],
      classNames: ['a', 'b'],
    });
    const normalization = { mean: [0], deviation: [1] };
    const views = allViews(dataset, normalization, 0, { cropPadding: 1, flip: true }).map(String);
    const draws = 3600;
    const { inputs } = await batchOf(
      dataset,
      normalization,
      { cropPadding: 1, flip: true },
      Array<number>(draws).fill(0),
      randomStream(4),
    );
    const seen = new Map<string, number>();
    for (let row = 0; row < draws; row++) {
      const key = String([...inputs.subarray(9 * row, 9 * row + 9)]);
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    // 18 equally likely draws; different ones may look the same. Pearson's statistic over the distinct looks.
    const expected = new Map<string, number>();
    for (const view of views) expected.set(view, (expected.get(view) ?? 0) + draws / views.length);
    expect(views).toHaveLength(18);
    expect(new Set(seen.keys())).toEqual(new Set(expected.keys()));
    const statistic = [...expected].reduce((sum, [key, count]) => sum + (seen.get(key)! - count) ** 2 / count, 0);
    expect(expected.size).toBe(10);
    expect(statistic).toBeLessThan(33.7199); // chi-square with 9 degrees of freedom, 1 - 1e-4
  });

  it('depends on the stream alone', async () => {
    const dataset = randomImages(4, [6, 6, 3], 1);
    const views = (seed: number): Promise<{ inputs: Float32Array }> =>
      batchOf(dataset, centredNormalization(3), { cropPadding: 2, flip: true }, [0, 1, 2, 3], randomStream(seed));
    expect((await views(1)).inputs).toEqual((await views(1)).inputs);
    expect((await views(1)).inputs).not.toEqual((await views(2)).inputs);
  });

  it('has the size of the data set and shuffles unless told otherwise', () => {
    const dataset = randomImages(7, [1, 1, 1], 1);
    const normalization = centredNormalization(1);
    const source = imageSource(dataset, { normalization });
    expect(source.size).toBe(7);
    expect(source.order(randomStream(1))).toEqual(randomStream(1).permutation(7));
    const order = (): Int32Array => Int32Array.of(3, 3);
    expect(imageSource(dataset, { normalization, order }).order(randomStream(1))).toEqual(Int32Array.of(3, 3));
  });

  it.each([
    [-1, 'imageSource: expected cropPadding to be an integer in 0..4, got -1'],
    [5, 'imageSource: expected cropPadding to be an integer in 0..4, got 5'],
    [0.5, 'imageSource: expected cropPadding to be an integer in 0..4, got 0.5'],
  ])('refuses the padding %d', (cropPadding, message) => {
    const dataset = randomImages(1, [4, 4, 1], 1);
    const make = (): unknown =>
      imageSource(dataset, { normalization: centredNormalization(1), augmentation: { cropPadding } });
    expect(make).toThrow(refusal('InvalidArgumentError', message));
  });
});

describe('normalisation', () => {
  it('channelNormalization gives mean and deviation of each channel, as the definition does in two passes', () => {
    fc.assert(
      fc.property(shapes, fc.integer(), (imageShape, seed) => {
        const dataset = randomImages(4, imageShape, seed);
        const channels = imageShape[2];
        const { mean, deviation } = channelNormalization(dataset);
        for (let c = 0; c < channels; c++) {
          const values = [...dataset.images].filter((_, i) => i % channels === c).map((byte) => byte / 255);
          const mu = values.reduce((sum, value) => sum + value, 0) / values.length;
          const variance = values.reduce((sum, value) => sum + (value - mu) ** 2, 0) / values.length;
          expect(mean[c]).toBeCloseTo(mu, 12);
          expect(deviation[c]).toBeCloseTo(Math.sqrt(variance) || 1, 9);
        }
      }),
    );
  });

  it('gives a constant channel deviation 1, so that it becomes 0', async () => {
    const dataset = imageDataset({
      name: 'constant',
      images: Uint8Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 51 : 10 * i)),
      labels: Int32Array.of(0, 1),
      imageShape: [2, 2, 2],
      classNames: ['a', 'b'],
    });
    const normalization = channelNormalization(dataset);
    expect(normalization.deviation[0]).toBe(1);
    const { inputs } = await batchOf(dataset, normalization, {}, [0, 1], randomStream(1));
    expect(Math.max(...inputs.filter((_, i) => i % 2 === 0).map(Math.abs))).toBeLessThan(1e-6);
  });

  it('centredNormalization is byte / 255 - 0.5', async () => {
    expect(centredNormalization(3)).toEqual({ mean: [0.5, 0.5, 0.5], deviation: [1, 1, 1] });
    const dataset = imageDataset({
      name: 'two',
      images: Uint8Array.of(0, 255),
      labels: Int32Array.of(0, 1),
      imageShape: [1, 1, 1],
      classNames: ['a', 'b'],
    });
    const { inputs } = await batchOf(dataset, centredNormalization(1), {}, [0, 1], randomStream(1));
    expect([...inputs]).toEqual([-0.5, 0.5]);
  });
});

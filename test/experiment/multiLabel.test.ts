import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import {
  denseFeatures,
  labelCountsOf,
  labelLists,
  multiLabelDataset,
  type MultiLabelDataset,
} from '../../src/data/index.js';
import { loadRunData, resolveConfig } from '../../src/experiment/index.js';
import { withHead } from '../../src/experiment/head.js';
import { pointSource } from '../../src/experiment/multiLabelData.js';
import { rankPoints } from '../../src/experiment/ranking.js';
import { groupClasses, propensities, rankingMetrics, topScores } from '../../src/metrics/index.js';
import { classifierFromModel, createModel } from '../../src/models/index.js';
import { scoreExamples } from '../../src/train/index.js';
import { useBackend } from '../support/backends.js';
import { tinyConfig } from './support.js';

/** Points with up to 4 of 12 labels, the first ones the most frequent, on 6 features. */
function madePoints(size: number): MultiLabelDataset {
  const random = randomStream(5);
  const rows = Array.from({ length: size }, (_, i) =>
    Array.from({ length: 12 }, (_, y) => y).filter((y) => i % 7 !== 0 && random.integer(3 + 2 * y) === 0),
  );
  const offsets = Int32Array.from([0, ...rows.map((_, i) => rows.slice(0, i + 1).flat().length)]);
  return multiLabelDataset({
    name: 'made',
    numFeatures: 6,
    classNames: Array.from({ length: 12 }, (_, y) => `label ${y}`),
    features: {
      offsets: Int32Array.from({ length: size + 1 }, (_, i) => i),
      columns: Int32Array.from({ length: size }, (_, i) => i % 6),
      values: Float32Array.from({ length: size }, (_, i) => 1 + (i % 5)),
    },
    labels: { offsets, ids: Int32Array.from(rows.flat()) },
  });
}

describe('rankPoints', () => {
  const points = madePoints(300); // more than one batch
  const classCounts = labelCountsOf(points);
  const groups = groupClasses(classCounts, { head: 60, tail: 25 });
  const offsets = Float64Array.from(classCounts, (count) => Math.log(count / 300));

  it.each(['dense', 'cosine'] as const)('ranks by the logits less the offsets, behind a %s head', async (head) => {
    await useBackend('cpu');
    const model = createModel('mlp', { inputShape: [6], numClasses: 12, random: randomStream(1) });
    const classifier = classifierFromModel(withHead(tinyConfig({ head }), model, randomStream(2)));
    const { logits } = await scoreExamples(classifier, pointSource(points));
    for (const treatment of [null, offsets]) {
      const adjusted = logits.map((logit, i) => logit - (treatment?.[i % 12] ?? 0));
      const metrics = rankingMetrics({
        numClasses: 12,
        groups,
        propensities: propensities(classCounts, { examples: points.size }),
      });
      const all = Int32Array.from({ length: points.size }, (_, i) => i);
      metrics.update(labelLists(points, all), await topScores(adjusted, { numClasses: 12, k: 5 }));
      const before = tf.memory().numTensors;
      const ranked = await rankPoints(classifier, points, { train: points, classCounts, groups, offsets: treatment });
      expect(ranked).toEqual(metrics.result());
      expect(ranked.examplesWithoutLabels).toBeGreaterThan(43);
      expect(tf.memory().numTensors).toBe(before);
    }
    classifier.dispose();
  });
});

describe.skipIf(!process.env['LONGTAIL_DATA'])('Delicious in a run', () => {
  const load = (changes: object) => {
    const values = { data: 'delicious', groupThresholds: [200, 51], ...changes };
    return loadRunData(resolveConfig([{ source: 'test', values }]), randomStream(1));
  };
  const sum = (counts: Int32Array): number => counts.reduce((total, count) => total + count, 0);

  it('are pairs of a point and a label, or points with all their labels for sigmoid', async () => {
    await useBackend('cpu');
    const data = await load({ loss: 'ce' });
    expect(data).toMatchObject({ inputShape: [500], holdout: null });
    expect([sum(data.classCounts), data.train.size, data.test.size]).toEqual([246_088, 246_088, 60_229]);
    expect([data.groups.head, data.groups.torso, data.groups.tail].map(({ length }) => length)).toEqual([
      255, 443, 285,
    ]);
    const { train } = data.multiLabel!;
    const pairs = await data.trainAsIs.batch(Int32Array.of(0, 1), randomStream(1));
    expect([...(await pairs.targets.data())]).toEqual([...labelLists(train, [0])[0]!.subarray(0, 2)]);
    expect([...(await pairs.inputs.data())]).toEqual([...denseFeatures(train, [0, 0])]);
    const points = await (await load({ loss: 'sigmoid' })).train.batch(Int32Array.of(0), randomStream(1));
    expect(points.targets.shape).toEqual([1, 983]);
    expect(sum(Int32Array.from(await points.targets.data()))).toBe(labelLists(train, [0])[0]!.length);
    tf.dispose([pairs.inputs, pairs.targets, points.inputs, points.targets]);
  });

  it('hold out whole points', async () => {
    const { multiLabel, train, holdout } = await load({ loss: 'ce', holdout: 0.1 });
    expect([multiLabel!.train.size, multiLabel!.holdout!.size]).toEqual([11_628, 1292]);
    expect(train.size + holdout!.size).toBe(246_088);
  });
});

import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/index.js';
import {
  classPriorSampler,
  logUniformSampler,
  mixtureSampler,
  modelBasedSampler,
  uniformSampler,
  withinBatchSampler,
} from '../../../src/sampling/index.js';
import type { NegativeSampler, PlanRequest } from '../../../src/sampling/index.js';
import { refusal } from '../../support/errors.js';

const draw = (sampler: NegativeSampler, request: Partial<PlanRequest> = {}) => {
  return () => sampler.draw({ labels: [0, 1], count: 2, random: randomStream(1), ...request });
};
const uniform = uniformSampler({ numClasses: 3 });
const model = modelBasedSampler({ numClasses: 3 });
const fixed = modelBasedSampler({ numClasses: 3, scores: [0, 1, 2] });
const many = 'Draw fewer, or set replacement to true';
const sumHint = 'Give counts as classCounts or through classPriorFrom, which normalise them';

describe('a sampler refuses', () => {
  it.each<[string, () => unknown, string]>([
    [
      'one class',
      () => uniformSampler({ numClasses: 1 }),
      'uniformSampler: expected numClasses to be an integer of at least 2, got 1',
    ],
    [
      'half a class',
      () => logUniformSampler({ numClasses: 2.5 }),
      'logUniformSampler: expected numClasses to be an integer of at least 2, got 2.5',
    ],
    [
      'no prior',
      () => classPriorSampler({}),
      'classPriorSampler: expected either classCounts or classPrior, got neither',
    ],
    [
      'two priors',
      () => withinBatchSampler({ classCounts: [1, 2], classPrior: [0.5, 0.5] }),
      'withinBatchSampler: expected either classCounts or classPrior, got both',
    ],
    [
      'a class that is never drawn',
      () => classPriorSampler({ classCounts: [5, 0] }),
      'classPriorSampler: expected every entry of classCounts to be positive, got 0 for class 1. ' +
        'Drop the class, or use classPriorFrom(counts, { floor })',
    ],
    [
      'counts as a prior',
      () => withinBatchSampler({ classPrior: [5, 3] }),
      `withinBatchSampler: expected classPrior to sum to 1, got 8. ${sumHint}`,
    ],
    [
      'an empty batch',
      draw(uniform, { labels: [] }),
      'uniformSampler: expected labels.length to be a finite number of at least 1, got 0',
    ],
    [
      'a label out of range',
      draw(uniform, { labels: [0, 3] }),
      'uniformSampler: expected labels[1] to be an integer in 0..2, got 3',
    ],
    [
      'an ignored label',
      draw(withinBatchSampler({ classCounts: [1, 1] }), { labels: [-1] }),
      'withinBatchSampler: expected labels[0] to be an integer in 0..1, got -1',
    ],
    [
      'no negatives',
      draw(uniform, { count: 0 }),
      'uniformSampler: expected count to be an integer of at least 1, got 0',
    ],
    [
      'more distinct classes than there are',
      draw(uniformSampler({ numClasses: 3, replacement: false }), { count: 4 }),
      `uniformSampler: expected count of at most 3, the classes there are to draw without replacement, got 4. ${many}`,
    ],
    [
      'more distinct classes than others',
      draw(classPriorSampler({ classCounts: [3, 2, 1], replacement: false, conditional: true }), { count: 3 }),
      `classPriorSampler: expected count of at most 2, the classes there are to draw without replacement, got 3. ${many}`,
    ],
    [
      'more distinct classes than the model scores',
      draw(modelBasedSampler({ numClasses: 3, replacement: false }), { count: 4, scores: [0, 0, 0, 0, 0, 0] }),
      `modelBasedSampler: expected count of at most 3, the classes there are to draw without replacement, got 4. ${many}`,
    ],
    [
      'more negatives than the batch has',
      draw(withinBatchSampler({ classCounts: [1, 1] }), { count: 3 }),
      'withinBatchSampler: expected count of at most 2, the batch size, got 3. ' +
        'A batch offers no more negatives than it has examples',
    ],
    ['no scores', draw(model), 'modelBasedSampler: expected 6 scores (2 x 3), got none'],
    [
      'scores of another batch',
      draw(model, { scores: [0, 1, 2] }),
      'modelBasedSampler: expected 6 scores (2 x 3), got 3',
    ],
    [
      'scores that are not numbers',
      draw(model, { scores: [0, 1, 2, 3, Number.NaN, 5] }),
      'modelBasedSampler: expected finite scores, got NaN in row 1, class 1',
    ],
    [
      'infinite fixed scores',
      () => modelBasedSampler({ numClasses: 2, scores: [0, Infinity] }),
      'modelBasedSampler: expected finite scores, got Infinity in row 0, class 1',
    ],
    [
      'fixed scores of other classes',
      () => modelBasedSampler({ numClasses: 2, scores: [0, 1, 2] }),
      'modelBasedSampler: expected 2 scores (1 x 2), got 3',
    ],
    [
      'scores beside fixed ones',
      draw(fixed, { scores: [0, 1, 2, 0, 1, 2] }),
      'modelBasedSampler: expected no scores in the draw, got 6. The sampler has fixed ones',
    ],
    [
      'an empty mixture',
      () => mixtureSampler([]),
      'mixtureSampler: expected parts.length to be a finite number of at least 1, got 0',
    ],
    [
      'a share of nothing',
      () => mixtureSampler([{ sampler: uniform, share: 0 }]),
      'mixtureSampler: expected parts[0].share to be positive and finite, got 0',
    ],
    [
      'parts over other classes',
      () =>
        mixtureSampler([
          { sampler: uniform, share: 1 },
          { sampler: uniformSampler({ numClasses: 4 }), share: 1 },
        ]),
      'mixtureSampler: expected parts[1].sampler over 3 classes, got 4',
    ],
    [
      'a part without an entry',
      draw(
        mixtureSampler([
          { sampler: uniform, share: 9 },
          { sampler: uniform, share: 1 },
        ]),
      ),
      'mixtureSampler: expected count large enough to give parts[1] an entry, got 2. Draw more, or raise its share',
    ],
  ])('%s', (_name, call, message) => {
    expect(call).toThrow(refusal('InvalidArgumentError', message));
  });
});

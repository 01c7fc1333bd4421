import { describe, expect, it } from 'vitest';
import {
  facilityLocation,
  featureBased,
  graphCut,
  graphFromEdges,
  logDeterminant,
  mixture,
  saturatedCoverage,
} from '../../src/subset/index.js';
import { refusal } from '../support/errors.js';
import { expectClose } from '../support/numeric.js';
import { valueOf } from './support.js';

const graph = graphFromEdges(2, [[0, 1, 0.5]]);
const features = { count: 2, offsets: [0, 1, 2], ids: [0, 1], values: [1, 1] };
const embeddings = { values: Float32Array.of(1, 0, 0, 1), dimension: 2 };
const numbers = (...values: number[]): Float64Array => Float64Array.from(values);

it.each<[string, () => unknown, string]>([
  [
    'similarities that are not square',
    () => facilityLocation({ similarities: numbers(1, 1) }),
    'facilityLocation: expected similarities [n, n] with n at least 1, got 2 numbers. size is the number of rows',
  ],
  [
    'no similarities',
    () => facilityLocation({ similarities: numbers() }),
    'facilityLocation: expected similarities [n, n] with n at least 1, got 0 numbers. size is the number of rows',
  ],
  [
    'similarities that make no rows',
    () => facilityLocation({ similarities: numbers(1, 1, 1), size: 2 }),
    'facilityLocation: expected similarities [2, m], got 3 numbers. size is the number of rows',
  ],
  [
    'a negative similarity',
    () => facilityLocation({ similarities: numbers(1, 0, -0.5, 1) }),
    'facilityLocation: expected finite similarities of at least 0, got -0.5 in row 1, column 0',
  ],
  [
    'a similarity of NaN',
    () => saturatedCoverage({ similarities: numbers(NaN, 0, 0, 1) }),
    'saturatedCoverage: expected finite similarities of at least 0, got NaN in row 0, column 0',
  ],
  [
    'a negative similarity to itself',
    () => facilityLocation({ graph, selfSimilarity: -1 }),
    'facilityLocation: expected selfSimilarity to be a finite number of at least 0, got -1',
  ],
  [
    'points that are not the items of a cut',
    () => graphCut({ similarities: numbers(1, 1), size: 2 }),
    'graphCut: expected square similarities, got [2, 1]',
  ],
  [
    'a cut of similarities that differ by direction',
    () => graphCut({ similarities: numbers(1, 0.5, 0.25, 1) }),
    'graphCut: expected symmetric similarities, got 0.25 and 0.5 for items 1 and 0',
  ],
  [
    'a negative lambda',
    () => graphCut({ graph, lambda: -1 }),
    'graphCut: expected lambda to be a finite number of at least 0, got -1',
  ],
  [
    'saturation at 0',
    () => saturatedCoverage({ graph, saturation: 0 }),
    'saturatedCoverage: expected saturation in (0, 1], got 0',
  ],
  [
    'negative features',
    () => featureBased({ features: { count: 2, values: [1, 0, 1, -1] } }),
    'featureBased: expected finite features of at least 0, got -1 in row 1, column 1',
  ],
  [
    'features that make no rows',
    () => featureBased({ features: { count: 2, values: [1, 0, 1] } }),
    'featureBased: expected features of at least one item, 2 each, got 3 numbers',
  ],
  [
    'a sparse feature out of range',
    () => featureBased({ features: { ...features, ids: [0, 2] } }),
    'featureBased: expected features 0..1, got 2 in row 1',
  ],
  [
    'a sparse feature twice',
    () => featureBased({ features: { ...features, offsets: [0, 2], ids: [1, 1] } }),
    'featureBased: expected each feature once a row, got 1 twice in row 0',
  ],
  [
    'a sparse feature of NaN',
    () => featureBased({ features: { ...features, values: [1, NaN] } }),
    'featureBased: expected finite features of at least 0, got NaN in row 1',
  ],
  [
    'offsets that do not end',
    () => featureBased({ features: { ...features, offsets: [0, 1] } }),
    'featureBased: expected offsets from 0 to the number of ids and values, got offsets from 0 to 1, 2 ids and 2 values',
  ],
  [
    'offsets that fall',
    () => featureBased({ features: { ...features, offsets: [0, 2, 1, 2] } }),
    'featureBased: expected offsets that ascend, got 1 after 2',
  ],
  [
    'weights of other features',
    () => featureBased({ features, weights: [1] }),
    'featureBased: expected 2 weights, one a feature, got 1',
  ],
  [
    'a negative weight of a feature',
    () => featureBased({ features, weights: [1, -1] }),
    'featureBased: expected finite weights of at least 0, got -1 in row 0, column 1',
  ],
  [
    'an unknown function',
    () => featureBased({ features, concave: 'sqrtt' as 'sqrt' }),
    'featureBased: expected concave to be one of sqrt, log, min, got sqrtt. Did you mean "sqrt"?',
  ],
  [
    'features that are enough at 0',
    () => featureBased({ features, saturation: 0 }),
    'featureBased: expected saturation above 0, got 0',
  ],
  [
    'no ridge',
    () => logDeterminant({ embeddings, ridge: 0 }),
    'logDeterminant: expected a finite ridge above 0, got 0',
  ],
  [
    'a kernel that is not square',
    () => logDeterminant({ gram: numbers(1, 1) }),
    'logDeterminant: expected a gram matrix [n, n] with n at least 1, got 2 numbers',
  ],
  [
    'a kernel that differs by direction',
    () => logDeterminant({ gram: numbers(1, 0, 0.5, 1) }),
    'logDeterminant: expected symmetric gram, got 0.5 and 0 for items 1 and 0',
  ],
  [
    'a kernel with a negative diagonal',
    () => logDeterminant({ gram: numbers(1, 0, 0, -1) }),
    'logDeterminant: expected a diagonal of at least 0, got -1 for item 1',
  ],
  [
    'embeddings of NaN',
    () => logDeterminant({ embeddings: { ...embeddings, values: Float32Array.of(1, 0, NaN, 1) } }),
    'logDeterminant: expected finite embeddings, got NaN for item 1',
  ],
  [
    'embeddings that make no rows',
    () => logDeterminant({ embeddings: { ...embeddings, dimension: 3 } }),
    'logDeterminant: expected embeddings [n, 3] with n at least 1, got 4 numbers',
  ],
  ['an empty mixture', () => mixture([]), 'mixture: expected at least one objective, got none'],
  [
    'a negative weight in a mixture',
    () => mixture([{ objective: facilityLocation({ graph }), weight: -1 }]),
    'mixture: expected weight of facility location to be a finite number of at least 0, got -1',
  ],
  [
    'a mixture over different items',
    () =>
      mixture([
        { objective: facilityLocation({ graph }), weight: 1 },
        { objective: graphCut({ graph: graphFromEdges(3, []) }), weight: 1 },
      ]),
    'mixture: expected objectives on the same 2 items, got 3 in graph cut',
  ],
])('refuses %s', (_, make, message) => {
  expect(make).toThrow(refusal('InvalidArgumentError', message));
});

describe('a kernel', () => {
  it('that is not positive semidefinite is found out when it matters', () => {
    const state = logDeterminant({ gram: numbers(1, 4, 4, 1), ridge: 0.5 }).start();
    expect(() => state.add(0)).toThrow(
      refusal(
        'InvalidArgumentError',
        /^logDeterminant: expected a positive semidefinite kernel, got a variance of -9\.6\d* for item 1, given what is selected$/,
      ),
    );
  });

  it('that differs by rounding of float32 between directions counts as its mean', () => {
    const gram = numbers(1, 0.5, 0.5 + 1e-7, 1);
    const [there, back] = [valueOf(logDeterminant({ gram }), [0, 1]), valueOf(logDeterminant({ gram }), [1, 0])];
    expectClose([there], [back], 1e-15);
    expect([...gram]).toEqual([1, 0.5, 0.5 + 1e-7, 1]); // the caller's array stays
  });
});

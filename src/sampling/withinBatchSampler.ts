import { InvalidArgumentError, type ClassStatistics } from '../core/index.js';
import { distinctIntegers } from './distinctIntegers.js';
import { namedPrior } from './namedPrior.js';
import { samplerOf, type NegativeSampler } from './negativeSampler.js';

/** Options of {@link withinBatchSampler}: one of `classCounts` and `classPrior`, of the stream that fills the batches. */
export type WithinBatchSamplerOptions = ClassStatistics;

/**
 * The labels of the other examples of the batch as negatives: `q = pi`, for no cost beyond that of the batch.
 *
 * A batch of B independent examples offers each of them `B - 1` draws from the class prior $`pi`$, hence $`(B - 1) pi_{y'}`$
 * expected entries of class $`y'`$ with `count = B`. A smaller `count` m takes m examples at random, of which an example
 * expects $`m (B - 1) / B`$ others. Entries that hold the label of an example, its own among them, are accidental hits. The
 * classes left for a conditional draw depend on the batch: {@link classPriorSampler} makes that with the same $`q`$.
 *
 * @param options `classCounts` or `classPrior`, of the training stream: with class-balanced batches it is uniform.
 * @returns The sampler; its draws are `[S]`, shared by the batch, and take the entries in the order of the batch when `count`
 *   is the batch size.
 * @throws InvalidArgumentError If a prior is not positive or does not sum to 1; when drawing, if a label is not a class id, or
 *   `count` is not an integer in `1..B`.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { withinBatchSampler } from 'tfjs-longtail/sampling';
 * const sampler = withinBatchSampler({ classCounts: [500, 300, 150, 50] });
 * const labels = [0, 0, 1, 3];
 * const { ids, accidentalHits } = sampler.draw({ labels, count: labels.length, random: randomStream(1) });
 * console.log(ids.join(' '), accidentalHits.subarray(0, 4).join(' ')); // 0 0 1 3 1 1 0 0
 * ```
 * @see Rawat et al., "Disentangling sampling and labeling bias for learning in large-output spaces", ICML 2021.
 */
export function withinBatchSampler(options: WithinBatchSamplerOptions): NegativeSampler {
  const where = 'withinBatchSampler';
  const { numClasses, logProbabilities } = namedPrior(where, options);
  return samplerOf(where, numClasses, ({ labels, count }) => {
    const size = labels.length;
    if (count > size) {
      const hint = 'A batch offers no more negatives than it has examples';
      throw new InvalidArgumentError(where, `count of at most ${size}, the batch size`, count, hint);
    }
    const logOthers = Math.log((count * (size - 1)) / size);
    return {
      shared: true,
      ids: (random) => {
        return count === size
          ? Int32Array.from(labels)
          : distinctIntegers(random, count, size).map((place) => labels[place]!);
      },
      logExpectedCount: (id) => logOthers + logProbabilities[id]!,
    };
  });
}

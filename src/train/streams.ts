import { InvalidArgumentError, type RandomStream } from '../core/index.js';
import type { ExampleSource } from './images.js';
import type { Batch } from './objective.js';

/** Deals the batches of one source; any step can be asked for, so that a resumed run needs no stored position. */
export interface BatchStream {
  /** Whole batches in one pass; what is left over waits for the next pass. */
  readonly batchesPerPass: number;
  /** The batch of a step, counted from 0 over all passes; the caller disposes its tensors. */
  batch(step: number): Batch;
}

/** The stream `name` of a run: the order of each pass and the augmentation of each step are streams of their own. */
export function batchStream(
  name: string,
  source: ExampleSource | undefined,
  batchSize: number,
  random: RandomStream,
): BatchStream {
  if (source === undefined) throw new InvalidArgumentError('train', `data for the stream "${name}"`, 'none');
  if (source.size < batchSize) {
    const expected = `at most ${source.size} examples per batch, as many as the stream "${name}" has`;
    throw new InvalidArgumentError('train', expected, `batchSize ${batchSize}`, 'Lower batchSize');
  }
  const batchesPerPass = Math.floor(source.size / batchSize);
  const streams = random.child(name);
  let pass = -1;
  let order = new Int32Array();
  return {
    batchesPerPass,
    batch(step) {
      const wanted = Math.floor(step / batchesPerPass);
      if (wanted !== pass) {
        pass = wanted;
        order = new Int32Array(source.order(streams.child(`order of pass ${pass}`)));
      }
      const start = (step - pass * batchesPerPass) * batchSize;
      return source.batch(order.subarray(start, start + batchSize), streams.child(`step ${step}`));
    },
  };
}

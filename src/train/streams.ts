import * as tf from '@tensorflow/tfjs-core';
import { InvalidArgumentError, type RandomStream } from '../core/index.js';
import type { ExampleSource } from './images.js';
import type { Batch } from './objective.js';
import type { Replica } from './replicas.js';

/** Deals the batches of one source; any step can be asked for, so that a resumed run needs no stored position. */
export interface BatchStream {
  /** Whole batches in one pass; what is left over waits for the next pass. */
  readonly batchesPerPass: number;
  /** The batch of a step, counted from 0 over all passes; the caller disposes its tensors. */
  batch(step: number): Promise<Batch>;
  /** Frees a batch that was asked for ahead of time. */
  dispose(): Promise<void>;
}

/** What all streams of a run have in common. */
export interface BatchStreamOptions {
  /** Examples per step, over all replicas. */
  readonly batchSize: number;
  /** Parent of the streams of random numbers. */
  readonly random: RandomStream;
  /** Which share of a batch is dealt. */
  readonly replica: Replica;
}

/**
 * The stream `name` of a run: the order of each pass and the augmentation of each step are random streams of their own.
 *
 * A source that reads from a disk is asked for the next batch before the current one is used, so that it reads meanwhile.
 */
export function batchStream(
  name: string,
  source: ExampleSource | undefined,
  { batchSize, random, replica }: BatchStreamOptions,
): BatchStream {
  if (source === undefined) throw new InvalidArgumentError('train', `data for the stream "${name}"`, 'none');
  if (source.size < batchSize) {
    const expected = `at most ${source.size} examples per batch, as many as the stream "${name}" has`;
    throw new InvalidArgumentError('train', expected, `batchSize ${batchSize}`, 'Lower batchSize');
  }
  const batchesPerPass = Math.floor(source.size / batchSize);
  const streams = random.child(name);
  const share = batchSize / replica.count;
  let pass = -1;
  let order = new Int32Array();
  const begin = (step: number): Batch | Promise<Batch> => {
    const wanted = Math.floor(step / batchesPerPass);
    if (wanted !== pass) {
      pass = wanted;
      order = new Int32Array(source.order(streams.child(`order of pass ${pass}`), pass));
    }
    const start = (step - pass * batchesPerPass) * batchSize + replica.index * share;
    const draws = `step ${step}${replica.count === 1 ? '' : `, replica ${replica.index}`}`;
    return source.batch(order.subarray(start, start + share), streams.child(draws));
  };
  let ahead: { step: number; batch: Promise<Batch> } | undefined;
  const drop = async (): Promise<void> => {
    const batch = await ahead?.batch.catch(() => undefined);
    if (batch) tf.dispose([batch.inputs, batch.targets]);
    ahead = undefined;
  };
  return {
    batchesPerPass,
    async batch(step) {
      if (ahead && ahead.step !== step) await drop();
      const asked = ahead?.batch ?? begin(step);
      ahead = undefined;
      if (!(asked instanceof Promise)) return asked;
      const batch = await asked;
      ahead = { step: step + 1, batch: begin(step + 1) as Promise<Batch> };
      // Whoever asks for that step hears of a failure then.
      ahead.batch.catch(() => undefined);
      return batch;
    },
    dispose: drop,
  };
}

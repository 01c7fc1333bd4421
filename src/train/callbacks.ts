import type * as tfl from '@tensorflow/tfjs-layers';

/** Numbers of a step or an epoch by name, as in tfjs: `loss`, `learningRate`, `imagesPerSecond`, and those of `evaluate`. */
export type TrainLogs = Readonly<Record<string, number>>;

/** Shaped like tfjs's callbacks, so that the same object also works in `model.fit`; every method is optional. */
export interface TrainCallback {
  /** Given the number of epochs and of steps in each, before {@link TrainCallback.setModel}. */
  setParams?(params: { readonly epochs: number; readonly steps: number }): void;
  /** Given the model before training begins; setting its `stopTraining` ends training after the epoch. */
  setModel?(model: tfl.LayersModel): void;
  /** Before the first step of this process. */
  onTrainBegin?(logs?: TrainLogs): void | Promise<void>;
  /** Before an epoch (counted from 0), also when it is continued in its middle. */
  onEpochBegin?(epoch: number, logs?: TrainLogs): void | Promise<void>;
  /** Before a step of the epoch (counted from 0). */
  onBatchBegin?(batch: number, logs?: TrainLogs): void | Promise<void>;
  /** After a step of the epoch (counted from 0): `loss`, `learningRate`. */
  onBatchEnd?(batch: number, logs?: TrainLogs): void | Promise<void>;
  /** After an epoch and its evaluation, before its checkpoint. */
  onEpochEnd?(epoch: number, logs?: TrainLogs): void | Promise<void>;
  /** After the last step, or when training was stopped. */
  onTrainEnd?(logs?: TrainLogs): void | Promise<void>;
}

/** Calls one method of every callback, in order, each awaited. */
export async function notify<M extends keyof TrainCallback>(
  callbacks: readonly TrainCallback[],
  method: M,
  ...args: Parameters<NonNullable<TrainCallback[M]>>
): Promise<void> {
  for (const callback of callbacks) {
    await (callback[method] as ((...args: unknown[]) => void | Promise<void>) | undefined)?.apply(callback, args);
  }
}

import { checkNumber, InvalidArgumentError, type RandomStream } from '../core/index.js';

/** Options that every model of this room takes. */
export interface ModelOptions {
  /** Number of classes C, at least 2: the model ends in logits `[B, C]`. */
  readonly numClasses: number;
  /** Shape of one input without the batch axis, positive integers; `[32, 32, 3]` for the networks for images. */
  readonly inputShape?: readonly number[];
  /** Where the initial weights come from; each layer takes a seed by its name and the stream is not advanced. */
  readonly random: RandomStream;
}

/** Throws unless `inputShape` and `numClasses` fit; `rank` is that of one input, any when left out. */
export function checkModelOptions(
  where: string,
  inputShape: readonly number[],
  numClasses: number,
  rank?: number,
): void {
  checkNumber(where, 'numClasses', numClasses, { min: 2, integer: true });
  const fits = rank === undefined ? inputShape.length >= 1 : inputShape.length === rank;
  if (!fits || !inputShape.every((size) => Number.isInteger(size) && size >= 1)) {
    const wanted = rank === 3 ? 'inputShape [rows, columns, channels]' : 'inputShape';
    throw new InvalidArgumentError(where, `${wanted} of positive integers`, `[${inputShape.join(', ')}]`);
  }
}

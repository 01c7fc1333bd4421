import { ReplicaError } from '../../core/index.js';
import type { Exchange, Replica } from '../replicas.js';

/** Places in the control words; the lengths of the vectors and the checksums follow, one of each a replica. */
const ARRIVED = 0;
const ROUND = 1;
const ABORTED = 2;
const LENGTHS = 3;

/** The memory of an exchange: control words, the mean, and a vector of each replica. */
export function exchangeMemory(count: number, length: number): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * (controlWords(count) + (1 + count) * length));
}

function controlWords(count: number): number {
  return LENGTHS + 2 * count;
}

/**
 * The mean of one vector per replica, in memory that their threads share.
 *
 * Each replica writes its vector; when all have, each sums a slice of all of them, in the order of the replicas, so that
 * the bits do not depend on who came first; when all have, the mean is complete.
 */
export class SharedExchange implements Exchange {
  readonly #control: Int32Array;
  readonly #mean: Float32Array;
  readonly #vectors: readonly Float32Array[];

  /**
   * @param memory From {@link exchangeMemory}, the same in every thread.
   * @param replica Which one this is.
   * @param length As given to `exchangeMemory`.
   */
  constructor(
    memory: SharedArrayBuffer,
    readonly replica: Replica,
    length: number,
  ) {
    const { count } = replica;
    const words = controlWords(count);
    this.#control = new Int32Array(memory, 0, words);
    this.#mean = new Float32Array(memory, 4 * words, length);
    this.#vectors = Array.from({ length: count }, (_, i) => {
      return new Float32Array(memory, 4 * (words + (1 + i) * length), length);
    });
  }

  async average(values: Float32Array, digest = 0): Promise<Float32Array> {
    const { index, count } = this.replica;
    this.#vectors[index]!.set(values);
    this.#control[LENGTHS + index] = values.length;
    this.#control[LENGTHS + count + index] = digest;
    await this.#everyone();
    this.#compare(LENGTHS, 'gradients of the same variables in every replica', 'others');
    this.#compare(LENGTHS + count, 'the same weights in every replica', 'other bits');
    this.#sumSlice(values.length);
    await this.#everyone();
    return this.#mean.subarray(0, values.length);
  }

  /** Ends every wait, now and later, with an error: somebody will not come. */
  abort(): void {
    Atomics.store(this.#control, ABORTED, 1);
    Atomics.add(this.#control, ROUND, 1);
    Atomics.notify(this.#control, ROUND);
  }

  /** Throws unless the words that begin at `start`, one a replica, are equal. */
  #compare(start: number, expected: string, got: string): void {
    const words = this.#control.subarray(start, start + this.replica.count);
    const odd = words.findIndex((word) => word !== words[0]);
    if (odd === -1) return;
    const hint = 'A step must depend on nothing but its batch and its random stream';
    throw new ReplicaError('train', expected, `${got} in replica ${odd}`, hint);
  }

  #sumSlice(length: number): void {
    const { index, count } = this.replica;
    const end = Math.floor(((index + 1) * length) / count);
    for (let i = Math.floor((index * length) / count); i < end; i++) {
      let sum = 0;
      for (const vector of this.#vectors) sum += vector[i]!;
      this.#mean[i] = sum / count;
    }
  }

  /** Resolves when every replica has come here as often as this one. */
  async #everyone(): Promise<void> {
    const round = Atomics.load(this.#control, ROUND);
    this.#checkComplete();
    if (Atomics.add(this.#control, ARRIVED, 1) + 1 === this.replica.count) {
      Atomics.store(this.#control, ARRIVED, 0);
      Atomics.add(this.#control, ROUND, 1);
      Atomics.notify(this.#control, ROUND);
      return;
    }
    while (Atomics.load(this.#control, ROUND) === round) await Atomics.waitAsync(this.#control, ROUND, round).value;
    this.#checkComplete();
  }

  #checkComplete(): void {
    if (Atomics.load(this.#control, ABORTED) === 0) return;
    throw new ReplicaError('train', 'every replica to go on until the run ends', 'one that is gone');
  }
}

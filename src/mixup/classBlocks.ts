import type { RandomStream } from '../core/index.js';

/** The examples of a batch, class after class. */
export interface ClassBlocks {
  /** The examples, `[B]`. */
  readonly order: Int32Array;
  /** Where each class that is there begins. */
  readonly starts: readonly number[];
  /** How many examples it has. */
  readonly sizes: readonly number[];
}

/** Sorts the examples by class; with `random` both the classes and the examples of each stand in random order. */
export function classBlocks(labels: ArrayLike<number>, random?: RandomStream): ClassBlocks {
  const members = new Map<number, number[]>();
  const examples = random?.permutation(labels.length) ?? Array.from(labels, (_, b) => b);
  for (const b of examples) {
    const block = members.get(labels[b]!);
    if (block) block.push(b);
    else members.set(labels[b]!, [b]);
  }
  const blocks = [...members.values()];
  const sizes = blocks.map((block) => block.length);
  const starts = sizes.map((_, c) => sizes.slice(0, c).reduce((sum, size) => sum + size, 0));
  return { order: Int32Array.from(blocks.flat()), starts, sizes };
}

import type * as tf from '@tensorflow/tfjs-core';
import { randomStream } from '../../core/index.js';
import type { Numbers } from './reference.js';

/** An input of a checked operation: distinct numbers spread evenly over a range, in random order. */
export interface OpInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly low: number;
  readonly high: number;
}

/** An operation as the backend computes it and as its definition says. */
export interface OpCase {
  readonly op: string;
  readonly inputs: readonly OpInput[];
  /** Runs inside a tidy scope. */
  run(...inputs: tf.Tensor[]): tf.Tensor;
  reference(...inputs: Numbers[]): Numbers;
  /** The case is for backends with this kernel. Default: for all. */
  readonly kernel?: string;
  /** What value and gradients may be off, where graphics drivers may only approximate the function. Default: less. */
  readonly tolerance?: number;
  /** Left out where the operation is differentiable in every input. */
  readonly differentiable?: false;
}

/** An input in -1.5..1.5, or in the range given. */
export function input(name: string, shape: readonly number[], low = -1.5, high = 1.5): OpInput {
  return { name, shape, low, high };
}

/**
 * The entries of an input, rounded to float32. Even spacing keeps them off ties and, being off centre, off 0, where
 * maxima and rectifiers have no derivative.
 */
export function drawInput(op: string, { name, shape, low, high }: OpInput): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  const order = randomStream(1).child(`${op}/${name}`).permutation(size);
  return Float32Array.from(order, (place) => low + ((high - low) * (place + 0.3)) / size);
}

import * as tf from '@tensorflow/tfjs-core';
import { InvalidArgumentError } from '../core/index.js';

/**
 * How free parameters become coefficients that are not negative: `softmax` over the coefficients of a kernel, which then
 * sum to 1, or `softplus`, `exp`, `square`, `sigmoid` (below 1) or `relu` of each one.
 */
export type NonNegativity = 'softmax' | 'softplus' | 'exp' | 'square' | 'sigmoid' | 'relu';

interface CoefficientMap {
  /** Coefficients of free parameters; those of a kernel lie along the last axis. */
  forward(free: tf.Tensor): tf.Tensor;
  /** A free parameter that gives this coefficient. */
  inverse(coefficient: number): number;
}

/** The smallest coefficient to begin with under a map that reaches no 0; a smaller one would hardly learn. */
const LEAST = 1e-6;

const atLeast = (value: number): number => Math.max(value, LEAST);

const maps: Readonly<Record<NonNegativity, CoefficientMap>> = {
  softmax: { forward: (free) => tf.softmax(free), inverse: (a) => Math.log(atLeast(a)) },
  softplus: {
    // The kernel of tf.softplus is not on every backend.
    forward: (free) => tf.add(tf.relu(free), tf.log(tf.add(tf.exp(tf.neg(tf.abs(free))), 1))),
    inverse: (a) => atLeast(a) + Math.log(-Math.expm1(-atLeast(a))),
  },
  exp: { forward: (free) => tf.exp(free), inverse: (a) => Math.log(atLeast(a)) },
  square: { forward: (free) => tf.square(free), inverse: Math.sqrt },
  sigmoid: { forward: (free) => tf.sigmoid(free), inverse: (a) => Math.log(atLeast(a) / (1 - a)) },
  relu: { forward: (free) => tf.relu(free), inverse: (a) => a },
};

/** Every {@link NonNegativity}. */
export const nonNegativities = Object.keys(maps) as readonly NonNegativity[];

/** Coefficients of the free parameters, of the same shape; those of one kernel along the last axis. */
export function coefficientsOf(free: tf.Tensor, map: NonNegativity): tf.Tensor {
  return maps[map].forward(free);
}

/** Free parameters that give these coefficients; under `softmax` they are divided by their sum first. */
export function freeParametersOf(coefficients: readonly number[], map: NonNegativity): number[] {
  const total = coefficients.reduce((sum, a) => sum + a, 0);
  if (total === 0) {
    throw new InvalidArgumentError('kernelizedSoftmax', 'an initial coefficient above 0', coefficients.join(', '));
  }
  const largest = Math.max(...coefficients);
  if (map === 'sigmoid' && largest >= 1) {
    const hint = 'Coefficients of nonNegativity "sigmoid" stay below 1';
    throw new InvalidArgumentError('kernelizedSoftmax', 'initial coefficients below 1', largest, hint);
  }
  return coefficients.map((a) => maps[map].inverse(map === 'softmax' ? a / total : a));
}

/** What the first power begins with in a linear start; the other coefficients share the rest. */
const LINEAR_SHARE = 0.75;

/** Coefficients near those of a cosine classifier: `linear` is the place of the first power among `count`. */
export function linearStart(count: number, linear: number): number[] {
  if (count === 1) return [1];
  return Array.from({ length: count }, (_, i) => (i === linear ? LINEAR_SHARE : (1 - LINEAR_SHARE) / (count - 1)));
}

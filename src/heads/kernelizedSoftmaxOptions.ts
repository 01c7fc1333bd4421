import type * as tfl from '@tensorflow/tfjs-layers';
import type { RandomStream } from '../core/index.js';
import type { NonNegativity } from './kernelizedSoftmaxCoefficients.js';
import type { SavedKernel } from './kernelizedSoftmaxKernel.js';
import type { SphereKernel } from './sphereKernel.js';

/** Options of `kernelizedSoftmax`; what {@link KernelizedSoftmax} saves is among them. */
export interface KernelizedSoftmaxOptions {
  /** Number of classes C, at least 2. */
  readonly units: number;
  /**
   * The profile kappa: `'learned'` (default), a power series that training shapes; `'linear'`, the cosine itself; or one of
   * `sphereKernels`, as made or as its name and parameters.
   */
  readonly kernel?: 'learned' | 'linear' | SphereKernel | SavedKernel;
  /** Highest power M of the learnt series, 1..100. Default 10. */
  readonly degree?: number;
  /** How the coefficients of the learnt series are kept from being negative. Default `'softmax'`: they sum to 1. */
  readonly nonNegativity?: NonNegativity;
  /**
   * What the learnt series begins as: `'linear'` (default), nearly the cosine (0.75 for the first power, the rest shared
   * evenly), or the series of one of `sphereKernels`.
   */
  readonly initialKernel?: 'linear' | SphereKernel;
  /**
   * Coefficients of $`t^1..t^M`$ to begin with, at least 0; of $`t^0..t^M`$ with `constantTerm`. Under `'softmax'` they are divided
   * by their sum. A 0 begins as 1e-6 where the map reaches none, and learns slowly from there, or not at all.
   */
  readonly initialCoefficients?: ArrayLike<number>;
  /** Divides kappa into logits, above 0: a scale s is $`1 / temperature`$. Default 1/16. */
  readonly temperature?: number;
  /** Trains the logarithm of the temperature. Default `false`. */
  readonly learnTemperature?: boolean;
  /**
   * Trains the kernel: the coefficients of `'learned'` (default `true`), the continuous parameters of any other (default
   * `false`), which stay within their range.
   */
  readonly learnKernel?: boolean;
  /** Gives the learnt series a constant term, which moves no probability. Default `false`. */
  readonly constantTerm?: boolean;
  /** Gives the learnt series `[t = 1] - [t = -1]` and `[t = 1] + [t = -1]`, to within 1e-6, without a slope. Default `false`. */
  readonly brackets?: boolean;
  /** Weight vectors K of each class, whose kernels are averaged: beyond the paper. Default 1. */
  readonly weightsPerClass?: number;
  /** A learnt series for each class instead of one for all: beyond the paper. Default `false`. */
  readonly perClassKernel?: boolean;
  /** Name of the kernel, if it is not positive definite and is meant to be used all the same. */
  readonly allowIndefinite?: string;
  /** Where the initial weights come from, by the name of the layer if it is given. Default: `randomStream(0)`. */
  readonly random?: RandomStream;
  /** Seed of the initial weights, as saved; `random` comes first. */
  readonly seed?: number;
  /** Name of the layer; made up when left out. */
  readonly name?: string;
  /** Whether any weight of the layer trains. Default `true`. */
  readonly trainable?: boolean;
  /** Shape of one example, `[D]`, where the layer is the first of a model. */
  readonly inputShape?: tfl.Shape;
  /** Form of the saved options. */
  readonly version?: number;
}

/** The version of what `getConfig` returns. */
export const CONFIG_VERSION = 1;

/** Options of the layer, every one of its own decided. */
export interface ResolvedOptions {
  readonly units: number;
  readonly kernel: 'learned' | SphereKernel;
  readonly degree: number;
  readonly nonNegativity: NonNegativity;
  /** Of the constant term, the powers and the brackets, as far as there are any. */
  readonly initialCoefficients: readonly number[];
  readonly temperature: number;
  readonly learnTemperature: boolean;
  readonly learnKernel: boolean;
  readonly constantTerm: boolean;
  readonly brackets: boolean;
  readonly weightsPerClass: number;
  readonly perClassKernel: boolean;
  readonly allowIndefinite: string | undefined;
}

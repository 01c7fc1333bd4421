import * as tf from '@tensorflow/tfjs-core';
import { coefficientsOf } from './kernelizedSoftmaxCoefficients.js';
import { kernelFrom, learnableParameter } from './kernelizedSoftmaxKernel.js';
import type { ResolvedOptions } from './kernelizedSoftmaxOptions.js';
import type { SphereKernel } from './sphereKernel.js';
import { sphereKernels } from './sphereKernels.js';

/** Coefficients of a learnt series. */
export interface KernelCoefficients {
  /** $`alpha_m`$ at place m, from 0 to the degree; $`alpha_0`$ is 0 without a constant term. */
  readonly powers: readonly number[];
  /** Of `[t = 1] - [t = -1]`; 0 without bracket terms. */
  readonly oddBracket: number;
  /** Of `[t = 1] + [t = -1]`; 0 without bracket terms. */
  readonly evenBracket: number;
}

/** A profile as points of a curve. */
export interface KernelProfile {
  /** Cosines from -1 to 1. */
  readonly t: readonly number[];
  /** `kappa(t)` of each. */
  readonly kappa: readonly number[];
}

/** Coefficients of the free parameters `[n]` of one series. */
export async function readCoefficients(free: tf.Tensor, options: ResolvedOptions): Promise<KernelCoefficients> {
  const { nonNegativity, constantTerm, degree, brackets } = options;
  const coefficients = tf.tidy(() => coefficientsOf(free, nonNegativity));
  try {
    const values = [...(constantTerm ? [] : [0]), ...(await coefficients.data())];
    const [oddBracket, evenBracket] = brackets ? values.slice(-2) : [0, 0];
    return { powers: values.slice(0, degree + 1), oddBracket: oddBracket!, evenBracket: evenBracket! };
  } finally {
    coefficients.dispose();
  }
}

/** The kernel with its parameter as it is after training; `free` is the logarithm of that, if it is learnt. */
export async function readKernel(kernel: SphereKernel, free: tf.Tensor | undefined): Promise<SphereKernel> {
  const learnt = learnableParameter(kernel);
  if (free === undefined || learnt === undefined) return kernel;
  const value = learnt.above + Math.exp((await free.data())[0]!);
  return kernelFrom({ name: kernel.name, parameters: { ...kernel.parameters, [learnt.name]: value } });
}

/** The series as a kernel. */
export function seriesKernel({ powers, oddBracket, evenBracket }: KernelCoefficients): SphereKernel {
  return sphereKernels.powerSeries(powers, { oddBracket, evenBracket });
}

/** `kappa` at cosines spread evenly. */
export function profileAt(kernel: SphereKernel, points: number): KernelProfile {
  const t = Array.from({ length: points }, (_, i) => -1 + (2 * i) / (points - 1));
  return { t, kappa: t.map((cosine) => kernel.profile(cosine)) };
}

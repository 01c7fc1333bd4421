/** Kernelized softmax from its definition, in float64. */
import type { NonNegativity, SphereKernel } from '../../src/heads/index.js';
import { softmax } from '../support/reference.js';

export type Matrix = readonly (readonly number[])[];

const length = (x: readonly number[]): number => Math.hypot(...x);

/** `<x, y> / (||x|| ||y||)`, 0 where a norm is. */
export function cosine(x: readonly number[], y: readonly number[]): number {
  const product = x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return product === 0 ? 0 : product / (length(x) * length(y));
}

/** Column j of a flat matrix `[rows, columns]`. */
export function column(flat: ArrayLike<number>, columns: number, j: number): number[] {
  return Array.from({ length: flat.length / columns }, (_, i) => flat[i * columns + j]!);
}

/** Rows of a flat matrix. */
export function rowsOf(flat: ArrayLike<number>, columns: number): number[][] {
  return Array.from({ length: flat.length / columns }, (_, i) =>
    Array.from({ length: columns }, (_value, j) => flat[i * columns + j]!),
  );
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Coefficients of free parameters. */
export function coefficients(free: readonly number[], map: NonNegativity): number[] {
  const each = {
    softplus,
    exp: Math.exp,
    square: (x: number) => x * x,
    sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
    relu: (x: number) => Math.max(0, x),
  };
  return map === 'softmax' ? softmax(free) : free.map((x) => each[map](x));
}

/** `sum_m alpha_m t^m`. */
export function series(alpha: readonly number[], t: number): number {
  return alpha.reduce((sum, value, m) => sum + value * t ** m, 0);
}

/** What a layer computes, from the values of its weights. */
export interface ReferenceHead {
  readonly units: number;
  readonly temperature?: number;
  readonly weightsPerClass?: number;
  /** `kappa_j(t)` of class j, given the values of the weight that shapes it, where there is one. */
  kappa(t: number, free: ArrayLike<number>, j: number): number;
}

/** Logits, flat `[B, C]`: the mean over the weights of a class of `kappa(cosine) / temperature`. */
export function logits(
  head: ReferenceHead,
  features: Matrix,
  kernel: ArrayLike<number>,
  free: ArrayLike<number>,
): number[] {
  const { units, temperature = 1 / 16, weightsPerClass: count = 1 } = head;
  return features.flatMap((f) =>
    Array.from({ length: units }, (_, j) => {
      const own = Array.from({ length: count }, (_value, k) => column(kernel, units * count, j * count + k));
      return own.reduce((sum, w) => sum + head.kappa(cosine(f, w), free, j), 0) / (count * temperature);
    }),
  );
}

/** A fixed kernel as the profile of a reference head; `remake` gives it from its learnt parameter's logarithm. */
export function fixed(kernel: SphereKernel, remake?: (value: number) => SphereKernel): ReferenceHead['kappa'] {
  return (t, free) => (remake && free.length > 0 ? remake(Math.exp(free[0]!)) : kernel).profile(t);
}

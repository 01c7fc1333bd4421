import type * as tf from '@tensorflow/tfjs-core';
import { distance } from 'fastest-levenshtein';
import { InvalidArgumentError } from './errors.js';

/** Throws unless `value` is a finite number in `[min, max]`; returns it. */
export function checkNumber(
  where: string,
  name: string,
  value: unknown,
  { min = -Infinity, max = Infinity, integer = false }: { min?: number; max?: number; integer?: boolean } = {},
): number {
  const fits = typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max;
  if (fits && (!integer || Number.isInteger(value))) return value;
  const kind = integer ? 'an integer' : 'a finite number';
  throw new InvalidArgumentError(where, `${name} to be ${kind}${rangeText(min, max)}`, value);
}

function rangeText(min: number, max: number): string {
  if (min === -Infinity && max === Infinity) return '';
  if (max === Infinity) return ` of at least ${min}`;
  if (min === -Infinity) return ` of at most ${max}`;
  return ` in ${min}..${max}`;
}

/** Throws unless `tensor` has the given shape, in which `null` stands for any size. */
export function checkShape(where: string, name: string, tensor: tf.Tensor, shape: readonly (number | null)[]): void {
  const fits =
    tensor.rank === shape.length && shape.every((size, axis) => size === null || size === tensor.shape[axis]);
  if (fits) return;
  const wanted = shape.map((size) => size ?? 'any').join(', ');
  throw new InvalidArgumentError(where, `${name} of shape [${wanted}]`, `[${tensor.shape.join(', ')}]`);
}

/** Throws unless `tensor` has the given dtype. */
export function checkDtype(where: string, name: string, tensor: tf.Tensor, dtype: tf.DataType): void {
  if (tensor.dtype !== dtype) throw new InvalidArgumentError(where, `${name} of dtype ${dtype}`, tensor.dtype);
}

/** Throws unless `name` is one of `allowed`; the message lists near misses, or everything when none is near. */
export function checkOneOf<T extends string>(where: string, name: string, value: unknown, allowed: readonly T[]): T {
  if (allowed.includes(value as T)) return value as T;
  throw new InvalidArgumentError(
    where,
    `${name} to be one of ${allowed.join(', ')}`,
    value,
    didYouMean(value, allowed),
  );
}

/** `Did you mean "x" or "y"?` for the names within reach of a typing error, else `undefined`. */
export function didYouMean(value: unknown, names: readonly string[]): string | undefined {
  const near = nearMisses(String(value), names);
  return near.length === 0 ? undefined : `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`;
}

/** The names at most a third of their length away from `value`, nearest first, three at most. */
export function nearMisses(value: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, far: distance(value.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, far }) => far <= Math.max(1, Math.ceil(Math.max(name.length, value.length) / 3)))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => name);
}

import { InvalidArgumentError } from '../core/index.js';

/** Throws unless `value` is a finite number above 0; returns it. */
export function checkPositive(where: string, name: string, value: number): number {
  if (value > 0 && value < Infinity) return value;
  throw new InvalidArgumentError(where, `${name} to be above 0`, value);
}

import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import type { StatefulOptimizer } from '../../src/optimizers/index.js';

/** A short run: start weights, and for each step a rate and a gradient of the weights' length. */
export interface Run {
  readonly start: readonly number[];
  readonly rates: readonly number[];
  readonly gradients: readonly (readonly number[])[];
}

const WEIGHTS = 3;
/** Multiples of 1/64, which float32 holds exactly, 0 among them. */
const entry = (bound: number): fc.Arbitrary<number> =>
  fc.integer({ min: -64 * bound, max: 64 * bound }).map((n) => n / 64);

/** Runs of one to five steps. */
export const runs: fc.Arbitrary<Run> = fc.integer({ min: 1, max: 5 }).chain((steps) =>
  fc.record({
    start: fc.array(entry(2), { minLength: WEIGHTS, maxLength: WEIGHTS }),
    rates: fc.array(fc.constantFrom(0, 0.01, 0.1, 0.2), { minLength: steps, maxLength: steps }),
    gradients: fc.array(fc.array(entry(1), { minLength: WEIGHTS, maxLength: WEIGHTS }), {
      minLength: steps,
      maxLength: steps,
    }),
  }),
);

/** One step with the gradients given by value. */
export function step(optimizer: StatefulOptimizer, rate: number, gradients: Record<string, readonly number[]>): void {
  optimizer.learningRate = rate;
  const tensors = Object.fromEntries(
    Object.entries(gradients).map(([name, values]) => [name, tf.tensor1d([...values])]),
  );
  optimizer.applyGradients(tensors);
  tf.dispose(tensors);
}

/** The weights after each step of `run`, by the optimizer, and by `reference` one weight at a time. */
export async function compare(
  optimizer: StatefulOptimizer,
  { start, rates, gradients }: Run,
  reference: (start: number, rates: readonly number[], gradients: readonly number[]) => number[],
): Promise<{ actual: number[]; expected: number[] }> {
  const variable = tf.variable(tf.tensor1d([...start]));
  const actual: number[] = [];
  for (const [i, gradient] of gradients.entries()) {
    step(optimizer, rates[i]!, { [variable.name]: gradient });
    actual.push(...(await variable.data()));
  }
  variable.dispose();
  optimizer.dispose();
  const byWeight = start.map((weight, j) =>
    reference(
      weight,
      rates,
      gradients.map((gradient) => gradient[j]!),
    ),
  );
  return { actual, expected: gradients.flatMap((_, i) => byWeight.map((weights) => weights[i]!)) };
}

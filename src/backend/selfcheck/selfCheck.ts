import * as tf from '@tensorflow/tfjs-core';
import { acceleratedCases } from './acceleratedCases.js';
import { elementwiseCases, rowCases } from './elementwiseCases.js';
import { layerCases } from './layerCases.js';
import { maskCases, movementCases } from './movementCases.js';
import { drawInput, type OpCase } from './opCase.js';
import { type Numbers, sum } from './reference.js';

/** How one operation, or one of its gradients, compares with its definition on the current backend. */
export interface SelfCheckResult {
  /** The operation, and for a gradient the input that it is taken by. */
  readonly op: string;
  /** Whether every entry lies within the tolerance. */
  readonly ok: boolean;
  /** The largest difference from the definition, relative to entries above 1; Infinity where nothing could be computed. */
  readonly maxError: number;
  /** What `maxError` may be. */
  readonly tolerance: number;
  /** What went wrong, when it is not a difference in numbers. */
  readonly message?: string;
}

/** float32 arithmetic over a few dozen terms stays well inside this. */
const VALUE_TOLERANCE = 1e-5;
/** Gradients add up more terms. */
const GRADIENT_TOLERANCE = 1e-4;
/** Step of the central differences; in float64 their own error is then near 1e-8. */
const STEP = 1e-4;

const cases: readonly OpCase[] = [
  ...layerCases,
  ...acceleratedCases,
  ...elementwiseCases,
  ...rowCases,
  ...movementCases,
  ...maskCases,
];

/**
 * Checks every operation that this package's models, losses and optimizers use, on the current backend.
 *
 * Values are compared with the definition in float64 (tolerance 1e-5), gradients with central differences of that
 * definition (1e-4), both relative to `max(1, |expected|)`, and the arc cosine to 1e-3. A kernel that is missing or throws
 * makes a result that fails.
 *
 * @returns One result for each operation and each gradient. It leaves no tensor behind.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { selfCheck } from 'tfjs-longtail/backend';
 *
 * await tf.setBackend('cpu');
 * const results = await selfCheck();
 * console.log(results.filter(({ ok }) => !ok)); // []
 * ```
 */
export async function selfCheck(): Promise<SelfCheckResult[]> {
  const results: SelfCheckResult[] = [];
  for (const opCase of cases) {
    const { kernel } = opCase;
    const applies = kernel === undefined || tf.getKernel(kernel, tf.getBackend());
    if (applies) results.push(...(await checkOp(opCase)));
  }
  return results;
}

async function checkOp(opCase: OpCase): Promise<SelfCheckResult[]> {
  const { op, reference } = opCase;
  const drawn = opCase.inputs.map((one) => drawInput(op, one));
  const inputs = drawn.map((values, i) => tf.tensor(values, [...opCase.inputs[i]!.shape]));
  const expected = reference(...drawn);
  try {
    const value = await compare([op], opCase.tolerance ?? VALUE_TOLERANCE, [expected], () => [opCase.run(...inputs)]);
    if (opCase.differentiable === false || inputs.length === 0) return value;
    const weights = drawInput(op, { name: 'weights', shape: [expected.length], low: -1.5, high: 1.5 });
    const names = opCase.inputs.map(({ name }) => `${op}, gradient by ${name}`);
    const gradients = slopesOf(opCase, drawn, weights);
    const backprop = (): tf.Tensor[] => weightedGradients(opCase, inputs, weights);
    return [...value, ...(await compare(names, opCase.tolerance ?? GRADIENT_TOLERANCE, gradients, backprop))];
  } finally {
    tf.dispose(inputs);
  }
}

/** Gradients of `sum_i weights_i out_i` by every input. */
function weightedGradients({ run }: OpCase, inputs: tf.Tensor[], weights: Float32Array): tf.Tensor[] {
  const shape = run(...inputs).shape;
  return tf.grads((...xs: tf.Tensor[]) => run(...xs))(inputs, tf.tensor(weights, shape));
}

// The definition knows of no backend: whoever checks several differentiates it once.
const slopes = new WeakMap<OpCase, number[][]>();

/** The same from the definition. */
function slopesOf(opCase: OpCase, inputs: Numbers[], weights: Float32Array): number[][] {
  const known = slopes.get(opCase) ?? inputs.map((_, i) => differences(opCase, inputs, i, weights));
  slopes.set(opCase, known);
  return known;
}

/** The same by input `i` from central differences of the definition. */
function differences({ reference }: OpCase, inputs: Numbers[], i: number, weights: Float32Array): number[] {
  const weighted = (x: Float64Array): number =>
    sum(Array.from(reference(...inputs.with(i, x)), (value, at) => value * weights[at]!));
  const x = Float64Array.from(inputs[i]!);
  return Array.from(x, (value, at) => {
    const high = weighted(x.with(at, value + STEP));
    return (high - weighted(x.with(at, value - STEP))) / (2 * STEP);
  });
}

/** Runs `compute` in a tidy scope and compares what it returns with what was expected, one result each. */
async function compare(
  ops: readonly string[],
  tolerance: number,
  expected: readonly Numbers[],
  compute: () => tf.Tensor[],
): Promise<SelfCheckResult[]> {
  let actual: tf.Tensor[] = [];
  try {
    actual = tf.tidy(compute);
    const values = await Promise.all(actual.map((tensor) => tensor.data()));
    return ops.map((op, i) => {
      const maxError = largestError(values[i]!, expected[i]!);
      return { op, ok: maxError <= tolerance, maxError, tolerance };
    });
  } catch (error) {
    dropTape();
    const message = error instanceof Error ? error.message : String(error);
    return ops.map((op) => ({ op, ok: false, maxError: Infinity, tolerance, message }));
  } finally {
    tf.dispose(actual);
  }
}

/** A gradient of tfjs that throws leaves its tape, with all that was kept for the way back. */
function dropTape(): void {
  const { state } = tf.engine();
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved);
  state.activeTape = null as unknown as typeof state.activeTape;
}

function largestError(actual: Numbers, expected: Numbers): number {
  if (actual.length !== expected.length) return Infinity;
  const errors = Array.from(actual, (value, i) => {
    const error = Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    return Number.isNaN(error) ? Infinity : error;
  });
  return Math.max(0, ...errors);
}

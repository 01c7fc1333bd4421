import * as tf from '@tensorflow/tfjs-core';
import { InvalidArgumentError } from '../../core/index.js';
import { NATIVE } from './nativeBackend.js';

type Engine = ReturnType<typeof tf.engine>;
type Gradients = Engine['gradients'];
type TapeNode = Engine['state']['activeTape'][number];

/** Members of tfjs's engine that its own `gradients` uses and its types hide. */
interface Recorder {
  startTape(): void;
  endTape(): void;
}

/**
 * Lets the outermost gradient on the native backend free what the forward pass saved as soon as it is used.
 *
 * tfjs frees it when all gradients are made, so that activations and gradients stand side by side at the end: a quarter
 * of a training step's memory, and a few per cent of its time.
 */
export function accelerateBackward(): void {
  const engine = tf.engine();
  const stock = engine.gradients;
  engine.gradients = function gradients(f, xs, dy, allowNoGradients) {
    const outermost = engine.state.gradientDepth === 0 && engine.backendName === NATIVE;
    const valid = xs.length > 0 && (dy?.dtype ?? 'float32') === 'float32';
    if (!outermost || !valid) return stock.call(engine, f, xs, dy, allowNoGradients);
    return engine.tidy('gradients', () => differentiate(engine, f, xs, dy, allowNoGradients));
  } as Gradients;
}

function differentiate(
  engine: Engine,
  f: () => tf.Tensor,
  xs: tf.Tensor[],
  dy: tf.Tensor | undefined,
  allowNoGradients = false,
): { value: tf.Tensor; grads: tf.Tensor[] } {
  try {
    const value = record(engine, f);
    const tape = engine.state.activeTape;
    const reached = reachedFrom(xs, tape);
    const connected = tape.some(({ outputs }) => outputs.some(({ id }) => id === value.id && reached.has(id)));
    if (!connected && !allowNoGradients) {
      const hint = 'The function must contain all operations from its arguments to its result';
      throw new InvalidArgumentError('gradients', 'a function of the tensors to differentiate by', 'a constant', hint);
    }
    const gradients = backpropagate(engine, tape, value, reached, dy);
    return { value, grads: xs.map(({ id }) => gradients.get(id)!) };
  } finally {
    for (const { saved } of engine.state.activeTape) tf.dispose(saved);
    engine.state.activeTape = null as unknown as TapeNode[];
  }
}

/** The gradients of `value` by the tensors on the tape, by their ids. */
function backpropagate(
  engine: Engine,
  tape: readonly TapeNode[],
  value: tf.Tensor,
  reached: ReadonlySet<number>,
  dy: tf.Tensor | undefined,
): ReadonlyMap<number, tf.Tensor> {
  const gradients = new Map([[value.id, dy ?? tf.ones(value.shape)]]);
  for (const node of tape.toReversed()) {
    const dys = node.outputs.map(({ id }) => gradients.get(id) as tf.Tensor);
    if (dys.some(Boolean)) propagate(engine, node, dys, reached, gradients);
    for (const tensor of node.saved ?? []) tensor.dispose();
  }
  return gradients;
}

/** Runs `f` with the tape on, which stays in the engine's state. */
function record(engine: Engine, f: () => tf.Tensor): tf.Tensor {
  const recorder = engine as unknown as Recorder;
  recorder.startTape();
  try {
    const value: unknown = engine.tidy('forward', f);
    if (value instanceof tf.Tensor) return value;
    throw new InvalidArgumentError('gradients', 'a function that returns a tensor', value);
  } finally {
    recorder.endTape();
  }
}

/** The ids of `xs` and of all tensors on the tape that were made from them. */
function reachedFrom(xs: readonly tf.Tensor[], tape: readonly TapeNode[]): Set<number> {
  const reached = new Set(xs.map(({ id }) => id));
  for (const { inputs, outputs } of tape) {
    for (const name in inputs) {
      if (!reached.has(inputs[name]!.id)) continue;
      for (const { id } of outputs) reached.add(id);
      break;
    }
  }
  return reached;
}

/** Adds the gradients that flow through one operation to those of its inputs. */
function propagate(
  engine: Engine,
  node: TapeNode,
  dys: tf.Tensor[],
  reached: ReadonlySet<number>,
  gradients: Map<number, tf.Tensor>,
): void {
  const wanted = Object.keys(node.inputs).filter((name) => reached.has(node.inputs[name]!.id));
  if (wanted.length === 0) return;
  if (!node.gradient) {
    throw new InvalidArgumentError('gradients', 'operations that tfjs has a gradient of', node.kernelName);
  }
  const made = node.gradient(dys);
  // What others hold is copied, because accumulating disposes it.
  const held = new Set([...dys, ...(node.saved ?? [])]);
  for (const name of wanted) {
    const x = node.inputs[name]!;
    const dx = engine.tidy(() => gradientOf(node, made, name, x));
    accumulate(gradients, x.id, held.has(dx) ? tf.clone(dx) : dx);
    held.add(dx);
  }
}

function gradientOf(
  { kernelName }: TapeNode,
  made: Readonly<Record<string, () => tf.Tensor>>,
  name: string,
  x: tf.Tensor,
): tf.Tensor {
  const dx = made[name]?.();
  if (dx?.dtype === 'float32' && tf.util.arraysEqual(dx.shape, x.shape)) return dx;
  const got = dx === undefined ? 'none' : `${dx.dtype} [${dx.shape.join(', ')}]`;
  const expected = `a gradient of type float32 and shape [${x.shape.join(', ')}] for input ${name}`;
  throw new InvalidArgumentError(`gradient of ${kernelName}`, expected, got);
}

function accumulate(gradients: Map<number, tf.Tensor>, id: number, dx: tf.Tensor): void {
  const sum = gradients.get(id);
  gradients.set(id, sum === undefined ? dx : tf.add(sum, dx));
  sum?.dispose();
}

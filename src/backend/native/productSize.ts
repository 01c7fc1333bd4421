import * as tf from '@tensorflow/tfjs-core';
import type { OpAttribute } from './nativeBackend.js';

/** Entries of a product, and the multiply-adds behind each. */
interface ProductSize {
  readonly outputs: number;
  readonly depth: number;
}

type Sizer = (shapes: readonly number[][], attribute: (name: string) => unknown) => ProductSize;

/** TensorFlow's operations that have bfloat16 kernels worth using, and the size of each from the shapes of its inputs. */
const sizers: Readonly<Record<string, Sizer>> = {
  Conv2D([x, filter], attribute) {
    const [inputs, outputs] = channels(filter!);
    return {
      outputs: ((size(x!) / inputs) * outputs) / stepsOf(attribute),
      depth: size(filter!) / outputs,
    };
  },

  Conv2DBackpropInput([, filter, dy], attribute) {
    const [inputs, outputs] = channels(filter!);
    const steps = stepsOf(attribute);
    return {
      outputs: (size(dy!) / outputs) * inputs * steps,
      depth: size(filter!) / inputs / steps,
    };
  },

  BatchMatMulV2([a, b], attribute) {
    const depth = a!.at(attribute('adj_x') ? -2 : -1)!;
    const [rows, columns] = [a!.at(attribute('adj_x') ? -1 : -2)!, b!.at(attribute('adj_y') ? -2 : -1)!];
    const batch = Math.max(size(a!) / (rows * depth), size(b!) / (columns * depth));
    return { outputs: batch * rows * columns, depth };
  },
};

// Measured with one thread and with two, casts included. Below either of these the casts and the calls cost more than the
// product gains; far above them it takes 0.55 of the time.
const LEAST_MULTIPLY_ADDS = 2 ** 23;
const LEAST_PER_CAST_ENTRY = 24;

/** Whether an operation on float32 inputs is a product that is faster in bfloat16, the casts of all operands counted. */
export function gainsFromBfloat16(
  op: string,
  attributes: readonly OpAttribute[],
  inputs: readonly tf.TensorInfo[],
): boolean {
  const sizer = sizers[op];
  if (sizer === undefined) return false;
  const { outputs, depth } = sizer(
    inputs.map(({ shape }) => shape),
    (name) => attributes.find((one) => one.name === name)?.value,
  );
  const operands = inputs.filter(({ dtype }) => dtype === 'float32');
  const castEntries = operands.reduce((sum, { shape }) => sum + size(shape), outputs);
  const multiplyAdds = outputs * depth;
  return multiplyAdds >= LEAST_MULTIPLY_ADDS && multiplyAdds >= LEAST_PER_CAST_ENTRY * castEntries;
}

function size(shape: number[]): number {
  return tf.util.sizeFromShape(shape);
}

/** Input and output channels of a filter `[H, W, in, out]`. */
function channels(filter: number[]): [number, number] {
  return [filter[2]!, filter[3]!];
}

/** Input positions for each output position. */
function stepsOf(attribute: (name: string) => unknown): number {
  return size(attribute('strides') as number[]);
}

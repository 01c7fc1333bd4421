import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { expectBalanced, onEachBackend } from '../../support/backends.js';
import { errorOf } from '../../support/errors.js';
import { expectClose, GRADIENT_TOLERANCE } from '../../support/numeric.js';
import { normalTensor, onNative } from './onNative.js';

const read = async (t: tf.Tensor): Promise<number[]> => Array.from(await t.data());

/** The identity, which notes what is held when the gradient passes it. */
function probe(note: (held: number) => void): (x: tf.Tensor) => tf.Tensor {
  return tf.customGrad((x) => ({
    value: tf.clone(x as tf.Tensor),
    gradFunc: (dy) => {
      note(tf.memory().numBytes);
      return tf.clone(dy);
    },
  }));
}

// These hold for tfjs's own backward pass on the other backends as well.
onEachBackend('backward pass', (test) => {
  test('adds up the gradients of a tensor used several times', async () => {
    const [dx, dy] = tf.grads((x, y) => tf.add(tf.mul(x, x), tf.mul(x, tf.exp(y))))([tf.scalar(3), tf.scalar(0)]);
    expect(await read(dx!)).toEqual([7]);
    expect(await read(dy!)).toEqual([3]);
  });

  test('passes operations with several outputs, of which not all are used', async () => {
    const dx = tf.grad((x) => tf.mul(tf.split(x, 3)[1]!, 5))(tf.tensor1d([1, 2, 3]));
    expect(await read(dx)).toEqual([0, 5, 0]);
  });

  test('leaves out what does not depend on the arguments, or is not part of the result', async () => {
    const constant = tf.tensor1d([2, 3]);
    const dx = tf.grad((x) => {
      tf.exp(x);
      return tf.mul(tf.square(constant), x);
    })(tf.tensor1d([1, 1]));
    expect(await read(dx)).toEqual([4, 9]);
  });

  test('starts from the gradient that is passed in, and leaves it to the caller', async () => {
    const dy = tf.tensor1d([10, 20]);
    expect(await read(tf.grad((x) => tf.square(x))(tf.tensor1d([1, 2]), dy))).toEqual([20, 80]);
    expect(await read(dy)).toEqual([10, 20]);
  });

  test('gives null for variables without a part in the result', async () => {
    const [used, unused] = [tf.variable(tf.scalar(2)), tf.variable(tf.scalar(3))];
    const { value, grads } = tf.variableGrads(() => tf.square(used), [used, unused]);
    expect(await read(value)).toEqual([4]);
    expect(await read(grads[used.name]!)).toEqual([4]);
    expect(grads[unused.name]).toBeUndefined();
    tf.dispose([used, unused]);
  });

  test('takes a saved tensor for a gradient, also of the next operation', async () => {
    const saving = tf.customGrad((x, save) => {
      (save as tf.GradSaveFunc)([tf.mul(x as tf.Tensor, 3)]);
      return { value: tf.clone(x as tf.Tensor), gradFunc: (_, saved) => saved[0]! };
    });
    expect(await read(tf.grad((x) => saving(tf.mul(x, 2)))(tf.scalar(5)))).toEqual([60]);
  });

  test('takes one tensor as the gradient of two inputs', async () => {
    const sum = tf.customGrad((...args) => {
      const [a, b] = args as [tf.Tensor, tf.Tensor];
      return { value: tf.add(a, b), gradFunc: (dy) => [dy, dy] };
    });
    const grads = tf.grads((a, b) => sum(tf.mul(a, 2), tf.mul(b, 3)))([tf.scalar(1), tf.scalar(1)]);
    expect(await Promise.all(grads.map(read))).toEqual([[2], [3]]);
  });

  test('nests', async () => {
    const slope = (f: (x: tf.Tensor) => tf.Tensor) => tf.grad(f);
    const x = tf.tensor1d([1, 2]);
    expectClose(await read(slope(slope((t) => tf.pow(t, 4)))(x)), [12, 48], GRADIENT_TOLERANCE);
    const inner = tf.grad((t) => tf.mul(t, tf.sum(slope((u) => tf.mul(u, tf.mul(u, t)))(tf.scalar(2)))))(tf.scalar(3));
    expectClose(await read(inner), [24], GRADIENT_TOLERANCE);
  });

  test('goes on after a function that throws', async () => {
    await errorOf(() =>
      tf.grad(() => {
        throw new Error('stop');
      })(tf.scalar(1)),
    );
    expect(tf.engine().state.gradientDepth).toBe(0);
    expect(await read(tf.grad((x) => tf.square(x))(tf.scalar(3)))).toEqual([6]);
  });

  test('keeps nothing but the gradients', () => {
    const [x, w] = [normalTensor('x', [3, 4]), normalTensor('w', [4, 2])];
    expectBalanced(() => tf.grads((a, b) => tf.sum(tf.relu(tf.matMul(a, b))))([x, w]));
    expectBalanced(() => Object.values(tf.valueAndGrad((a) => tf.sum(tf.softmax(a)))(x)));
  });
});

onNative('backward pass of an accelerated backend', (test) => {
  test('frees what was saved on the way', async () => {
    const size = 1000;
    /** Bytes that a chain of exponentials holds at the first and at the last step of its backward pass. */
    const heldAtEnds = (): [number, number] => {
      const held: number[] = [];
      const note = probe((bytes) => held.push(bytes));
      const chain = (x: tf.Tensor): tf.Tensor => [1, 2, 3, 4, 5].reduce((y) => note(tf.exp(y)), x);
      tf.tidy(() => tf.grad(chain)(tf.zeros([size])));
      return [held[0]!, held.at(-1)!];
    };
    const [first, last] = heldAtEnds();
    await tf.setBackend('cpu');
    const [stockFirst, stockLast] = heldAtEnds();
    await tf.setBackend('tensorflow');
    // Four exponentials lie between, and each has saved its output.
    expect(stockLast - stockFirst - (last - first)).toBeGreaterThanOrEqual(4 * size * 4);
  });

  test('takes the gradient of its output for that of two inputs, of which one is used before', async () => {
    const sum = tf.customGrad((...args) => {
      const [a, b] = args as [tf.Tensor, tf.Tensor];
      return { value: tf.add(a, b), gradFunc: (dy) => [dy, dy] };
    });
    const grads = tf.grads((a, b) => {
      const square = tf.square(a);
      return tf.add(sum(a, b), square);
    })([tf.scalar(3), tf.scalar(1)]);
    expect(await Promise.all(grads.map(read))).toEqual([[7], [1]]);
  });

  test('takes a new tensor for the gradient of two inputs, of which one is used before', async () => {
    const sum = tf.customGrad((...args) => {
      const [a, b] = args as [tf.Tensor, tf.Tensor];
      const gradFunc = (dy: tf.Tensor): tf.Tensor[] => {
        const twice = tf.mul(dy, 2);
        return [twice, twice];
      };
      return { value: tf.mul(tf.add(a, b), 2), gradFunc };
    });
    const grads = tf.grads((a, b) => {
      const square = tf.square(a);
      return tf.add(sum(a, b), square);
    })([tf.scalar(3), tf.scalar(1)]);
    expect(await Promise.all(grads.map(read))).toEqual([[8], [2]]);
  });

  test('frees all that was saved when a function, a gradient or the check throws', async () => {
    const stop = (): never => {
      throw new Error('stop');
    };
    const stopping = tf.customGrad((x) => ({ value: tf.clone(x as tf.Tensor), gradFunc: stop }));
    const functions: ((x: tf.Tensor) => tf.Tensor)[] = [
      (x) => (tf.exp(tf.square(x)), stop()),
      (x) => tf.exp(stopping(tf.exp(tf.square(x)))),
      (x) => (tf.exp(tf.square(x)), tf.scalar(1)),
    ];
    const x = tf.scalar(2);
    for (const f of functions) {
      const before = tf.memory().numTensors;
      await errorOf(() => tf.valueAndGrad(f)(x));
      expect(tf.memory().numTensors).toBe(before);
      expect(tf.engine().state.activeTape).toBeNull();
    }
  });

  test('refuses a function that does not depend on its arguments', async () => {
    const error = await errorOf(() => tf.grad(() => tf.scalar(1))(tf.scalar(2)));
    expect(error.message).toBe(
      'gradients: expected a function of the tensors to differentiate by, got a constant. ' +
        'The function must contain all operations from its arguments to its result',
    );
  });

  test('refuses an operation without a gradient', async () => {
    const error = await errorOf(() => tf.grad((x) => tf.topk(x, 1).values)(tf.tensor1d([1, 2])));
    expect(error.message).toBe('gradients: expected operations that tfjs has a gradient of, got TopK');
  });

  test('refuses a gradient of another shape, and a function that returns no tensor', async () => {
    const wrong = tf.customGrad((x) => ({ value: tf.clone(x as tf.Tensor), gradFunc: () => tf.zeros([3]) }));
    const shape = await errorOf(() => tf.grad((x) => wrong(x))(tf.zeros([2])));
    expect(shape.message).toMatch(
      /^gradient of .*: expected a gradient of type float32 and shape \[2\] for input 0, got float32 \[3\]$/,
    );
    const none = await errorOf(() => tf.grad((() => 1) as unknown as () => tf.Tensor)(tf.scalar(1)));
    expect(none.message).toBe('gradients: expected a function that returns a tensor, got 1');
  });
});

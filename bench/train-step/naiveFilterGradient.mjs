// What a user of stock tfjs-wasm writes to train a convolution at all: the missing Conv2DBackpropFilter tap by tap.
import * as tf from '@tensorflow/tfjs';

/** Registers it: for each tap of the filter, the shifted input times the output gradient. */
export function registerNaiveFilterGradient() {
  tf.registerKernel({ kernelName: 'Conv2DBackpropFilter', backendName: 'wasm', kernelFunc });
}

function kernelFunc({ inputs: { x, dy }, attrs: { strides, pad, filterShape } }) {
  const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad);
  const { filterHeight, filterWidth, outHeight, outWidth, strideHeight, strideWidth, inChannels, padInfo } = info;
  const { top, bottom, left, right } = padInfo;
  return tf.tidy(() => {
    // prettier-ignore
    const padded = tf.pad(x, [[0, 0], [top, bottom], [left, right], [0, 0]]);
    const gradient = tf.reshape(dy, [-1, dy.shape[3]]);
    const taps = [];
    for (let row = 0; row < filterHeight; row++) {
      for (let column = 0; column < filterWidth; column++) {
        const end = [x.shape[0], row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1];
        const shifted = tf.stridedSlice(
          padded,
          [0, row, column, 0],
          [...end, inChannels],
          [1, strideHeight, strideWidth, 1],
        );
        taps.push(tf.matMul(tf.reshape(shifted, [-1, inChannels]), gradient, true));
      }
    }
    return tf.reshape(tf.stack(taps), filterShape);
  });
}

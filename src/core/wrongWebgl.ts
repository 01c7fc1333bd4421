import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from './errors.js';

/** Flags by which webgl packs results; each takes the value of WEBGL_PACK when it is first read, and keeps it. */
const FOLLOWERS = [
  'WEBGL_PACK_ARRAY_OPERATIONS',
  'WEBGL_PACK_BINARY_OPERATIONS',
  'WEBGL_PACK_CLIP',
  'WEBGL_PACK_CONV2DTRANSPOSE',
  'WEBGL_PACK_DEPTHWISECONV',
  'WEBGL_PACK_IMAGE_OPERATIONS',
  'WEBGL_PACK_NORMALIZATION',
  'WEBGL_PACK_REDUCE',
  'WEBGL_PACK_UNARY_OPERATIONS',
  'WEBGL_CONV_IM2COL',
  'WEBGL_LAZILY_UNPACK',
];

/** True once an operation of webgl has asked whether to pack and was told yes: too late to turn packing off. */
export function hasPackedWebgl(): boolean {
  const flags = tf.env().getFlags();
  return FOLLOWERS.some((flag) => flags[flag] === true);
}

/** Throws where webgl computes in float16 only, as on many phones. Asking makes a WebGL context. */
export function refuseHalfWebgl(where: string): void {
  if (tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')) return;
  const hint = "This device renders no more: take chooseBackend('wasm') or 'cpu' of tfjs-longtail/backend";
  throw new BackendError(where, 'webgl in float32', 'float16 textures', hint);
}

/**
 * Throws where webgl is current and gives wrong numbers without an error:
 *
 * - with packed textures its `matMul` is wrong where the inner dimension is odd, because packed operations leave numbers beyond the
 *   edge of a matrix and it adds them;
 * - with textures of float16, bounds that keep losses finite overflow.
 *
 * Every function that multiplies matrices, or whose gradient the layers below will multiply by theirs, calls this.
 */
export function refuseWrongWebgl(where: string): void {
  if (tf.getBackend() !== 'webgl') return;
  if (tf.env().getBool('WEBGL_PACK') || hasPackedWebgl()) {
    throw new BackendError(
      where,
      'webgl with WEBGL_PACK off',
      'packed textures, with which its matMul is wrong where the inner dimension is odd',
      "Call tf.env().set('WEBGL_PACK', false), or chooseBackend('webgl') of tfjs-longtail/backend, " +
        'before TensorFlow.js computes anything',
    );
  }
  refuseHalfWebgl(where);
}

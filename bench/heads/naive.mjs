import * as tf from '@tensorflow/tfjs';

/** Cosines of rows and columns with plain operations. */
function cosines(x, kernel) {
  const norm = (y, axis) => tf.rsqrt(tf.add(tf.sum(tf.square(y), axis, true), 1e-12));
  return tf.matMul(tf.mul(x, norm(x, 1)), tf.mul(kernel, norm(kernel, 0)));
}

/** A cosine head with a scale. */
export function naiveCosine(dimension, units) {
  const kernel = tf.variable(tf.randomNormal([dimension, units], 0, 1, 'float32', 1));
  return { apply: (x) => tf.mul(cosines(x, kernel), 16), variables: [kernel] };
}

/** The learnt series with softmax coefficients: Horner's scheme. */
export function naiveLearnt(dimension, units, degree) {
  const kernel = tf.variable(tf.randomNormal([dimension, units], 0, 1, 'float32', 1));
  const free = tf.variable(tf.zeros([degree]));
  const apply = (x) => {
    const t = cosines(x, kernel);
    const coefficients = tf.unstack(tf.softmax(free));
    let sum = tf.mul(t, coefficients.at(-1));
    for (const coefficient of coefficients.slice(0, -1).reverse()) sum = tf.mul(tf.add(sum, coefficient), t);
    return tf.mul(sum, 16);
  };
  return { apply, variables: [kernel, free] };
}

import * as tf from '@tensorflow/tfjs-core';
import { closedForm } from './kernelizedSoftmaxGradient.js';
import { SLOPE_MARGIN } from './sphereKernel.js';
import type { SphereKernelName } from './sphereKernel.js';

/** A parameter of a kernel: a number, or a scalar that is learnt. */
export type Parameter = number | tf.Scalar;
/** Parameters of a kernel by name. */
export type Parameters = Readonly<Record<string, Parameter>>;

type Slope = (t: tf.Tensor, kappa: tf.Tensor, parameters: Parameters) => tf.Tensor;

/** A profile on tensors. */
interface ProfileForm {
  kappa(t: tf.Tensor, parameters: Parameters): tf.Tensor;
  /** `kappa'(t)`. */
  readonly slope: Slope;
  /** `d kappa / d parameter` of those that may be learnt. */
  readonly byParameter?: Readonly<Record<string, Slope>>;
}

/** Kernels with a profile on tensors; a power series has a form of its own. */
export type ProfileName = Exclude<SphereKernelName, 'linear' | 'power-series' | 'custom'>;

const clamped = (t: tf.Tensor): tf.Tensor => tf.clipByValue(t, -1, 1);
/** Away from the ends, where slopes are infinite. */
const inside = (t: tf.Tensor): tf.Tensor => tf.clipByValue(t, SLOPE_MARGIN - 1, 1 - SLOPE_MARGIN);
const angle = (t: tf.Tensor): tf.Tensor => tf.acos(clamped(t));
const sine = (t: tf.Tensor): tf.Tensor => tf.sqrt(tf.mul(tf.sub(1, t), tf.add(1, t)));
/** `||u - v||`. */
const distance = (t: tf.Tensor): tf.Tensor => tf.sqrt(tf.mul(tf.sub(1, t), 2));
const cube = (x: tf.Tensor): tf.Tensor => tf.mul(tf.square(x), x);

/** `exp(-gamma x(t))` from `x` and `-x'`. */
function exponential(x: (t: tf.Tensor) => tf.Tensor, fall: (t: tf.Tensor) => tf.Tensor): ProfileForm {
  return {
    kappa: (t, { gamma }) => tf.exp(tf.mul(x(t), tf.neg(gamma!))),
    slope: (t, kappa, { gamma }) => tf.mul(tf.mul(kappa, gamma!), fall(t)),
    byParameter: { gamma: (t, kappa) => tf.neg(tf.mul(x(t), kappa)) },
  };
}

/** `(t + c)^p` and its slope, by repeated squaring: no backend need know powers of negative numbers. */
function integerPower(x: tf.Tensor, p: number): tf.Tensor {
  if (p === 0) return tf.onesLike(x);
  if (p === 1) return x;
  const half = tf.square(integerPower(x, Math.floor(p / 2)));
  return p % 2 === 0 ? half : p === 1 ? x : tf.mul(half, x);
}

const polynomialSlope: Slope = (t, _kappa, { offset, degree }) =>
  tf.mul(integerPower(tf.add(t, offset!), (degree as number) - 1), degree!);

const forms: Readonly<Record<ProfileName, ProfileForm>> = {
  polynomial: {
    kappa: (t, { offset, degree }) => integerPower(tf.add(t, offset!), degree as number),
    slope: polynomialSlope,
    byParameter: { offset: polynomialSlope },
  },
  gaussian: exponential(
    (t) => tf.mul(tf.sub(1, t), 2),
    () => tf.scalar(2),
  ),
  laplacian: exponential(
    (t) => distance(clamped(t)),
    (t) => tf.div(1, distance(inside(t))),
  ),
  'geodesic-laplacian': exponential(angle, (t) => tf.div(1, sine(inside(t)))),
  'geodesic-gaussian': exponential(
    (t) => tf.square(angle(t)),
    (t) => tf.mul(tf.div(angle(inside(t)), sine(inside(t))), 2),
  ),
  'inverse-multiquadric': {
    kappa: (t, { c }) => tf.rsqrt(tf.add(tf.mul(tf.sub(1, t), tf.mul(c!, 2)), 1)),
    slope: (_t, kappa, { c }) => tf.mul(cube(kappa), c!),
    byParameter: { c: (t, kappa) => tf.mul(cube(kappa), tf.sub(t, 1)) },
  },
  rational: {
    kappa: (t, { a }) => tf.div(1, tf.sub(a!, t)),
    slope: (_t, kappa) => tf.square(kappa),
    byParameter: { a: (_t, kappa) => tf.neg(tf.square(kappa)) },
  },
  'arc-cosine': {
    kappa: (t) => tf.sub(1, tf.mul(angle(t), 1 / Math.PI)),
    slope: (t) => tf.div(1 / Math.PI, sine(inside(t))),
  },
  sigmoid: {
    kappa: (t) => tf.tanh(t),
    slope: (_t, kappa) => tf.sub(1, tf.square(kappa)),
  },
};

/**
 * `kappa(t)` for every entry of `t`, with gradients in closed form by `t` and by the parameters that are scalars.
 *
 * Where the slope of a kernel is infinite, it is taken `SLOPE_MARGIN` away from there: finite for every cosine.
 */
export function kernelProfile<T extends tf.Tensor>(t: T, name: ProfileName, parameters: Parameters): T {
  const { kappa, slope, byParameter = {} } = forms[name];
  const learnt = Object.keys(parameters).filter((one) => typeof parameters[one] !== 'number');
  const scalars = learnt.map((one) => parameters[one] as tf.Scalar);
  return closedForm<T>([t, ...scalars], () => {
    const value = kappa(t, parameters) as T;
    return {
      value,
      kept: [t, value, ...scalars],
      gradients: (dy, [cosine, kept, ...values]) => {
        const all = { ...parameters, ...Object.fromEntries(learnt.map((one, i) => [one, values[i] as tf.Scalar])) };
        return [
          tf.mul(dy, slope(cosine!, kept!, all)),
          ...learnt.map((one) => tf.sum(tf.mul(dy, byParameter[one]!(cosine!, kept!, all)))),
        ];
      },
    };
  });
}

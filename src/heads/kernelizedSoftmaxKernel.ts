import { InvalidArgumentError } from '../core/index.js';
import type { SphereKernel, SphereKernelName } from './sphereKernel.js';
import { sphereKernels } from './sphereKernels.js';

/** A kernel by its name and parameters, as a layer saves it. */
export interface SavedKernel {
  /** Name of the family. */
  readonly name: SphereKernelName;
  /** Parameters by name. */
  readonly parameters: Readonly<Record<string, number>>;
}

type Make = (parameters: Readonly<Record<string, number>>) => SphereKernel;

const makers: Readonly<Record<SphereKernelName, Make>> = {
  linear: () => sphereKernels.linear(),
  polynomial: ({ degree, offset }) => sphereKernels.polynomial({ degree: degree!, offset: offset! }),
  gaussian: ({ gamma }) => sphereKernels.gaussian({ gamma: gamma! }),
  laplacian: ({ gamma }) => sphereKernels.laplacian({ gamma: gamma! }),
  'geodesic-laplacian': ({ gamma }) => sphereKernels.geodesicLaplacian({ gamma: gamma! }),
  'geodesic-gaussian': ({ gamma }) => sphereKernels.geodesicGaussian({ gamma: gamma! }),
  'inverse-multiquadric': ({ c }) => sphereKernels.inverseMultiquadric({ c: c! }),
  rational: ({ a }) => sphereKernels.rational({ a: a! }),
  'arc-cosine': () => sphereKernels.arcCosine(),
  sigmoid: () => sphereKernels.sigmoid(),
  'power-series': (parameters) => {
    const { oddBracket = 0, evenBracket = 0 } = parameters;
    return sphereKernels.powerSeries(alphaOf(parameters), { oddBracket, evenBracket, allowNegative: true });
  },
  custom: () => {
    const hint = 'Give its coefficients to sphereKernels.powerSeries, or to initialCoefficients of kernel "learned"';
    throw new InvalidArgumentError('kernelizedSoftmax', 'a kernel that can be saved', 'a custom one', hint);
  },
};

/** The kernel of this name with these parameters, checked. */
export function kernelFrom({ name, parameters }: SavedKernel): SphereKernel {
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (make !== undefined) return make(parameters);
  const expected = `kernel to be "learned" or one of ${Object.keys(makers).join(', ')}`;
  throw new InvalidArgumentError('kernelizedSoftmax', expected, name);
}

/** Coefficients of `t^0`, `t^1`, ... among the parameters of a power series. */
export function alphaOf(parameters: Readonly<Record<string, number>>): number[] {
  const alpha: number[] = [];
  while (`alpha${alpha.length}` in parameters) alpha.push(parameters[`alpha${alpha.length}`]!);
  return alpha;
}

/** A parameter that training may change: it is `above + exp(weight)`. */
export interface LearnableParameter {
  readonly name: string;
  readonly above: number;
  /** Whether `kappa(1)` changes with it. */
  readonly scales: boolean;
}

const learnable: Partial<Record<SphereKernelName, LearnableParameter>> = {
  polynomial: { name: 'offset', above: 0, scales: true },
  gaussian: { name: 'gamma', above: 0, scales: false },
  laplacian: { name: 'gamma', above: 0, scales: false },
  'geodesic-laplacian': { name: 'gamma', above: 0, scales: false },
  'geodesic-gaussian': { name: 'gamma', above: 0, scales: false },
  'inverse-multiquadric': { name: 'c', above: 0, scales: false },
  rational: { name: 'a', above: 1, scales: true },
};

/** The parameter of a kernel that can be learnt, if there is one. */
export function learnableParameter({ name }: SphereKernel): LearnableParameter | undefined {
  return learnable[name];
}

import { checkNumber, checkOneOf, InvalidArgumentError } from '../core/index.js';
import { freeParametersOf, linearStart, nonNegativities } from './kernelizedSoftmaxCoefficients.js';
import { kernelFrom, learnableParameter } from './kernelizedSoftmaxKernel.js';
import { CONFIG_VERSION } from './kernelizedSoftmaxOptions.js';
import type { KernelizedSoftmaxOptions, ResolvedOptions } from './kernelizedSoftmaxOptions.js';
import type { SphereKernel } from './sphereKernel.js';

const where = 'kernelizedSoftmax';

/** Decides and checks all options. */
export function resolveOptions(options: KernelizedSoftmaxOptions): ResolvedOptions {
  checkVersion(options.version ?? CONFIG_VERSION);
  const kernel = resolveKernel(options.kernel ?? 'learned');
  const shape = {
    degree: checkNumber(where, 'degree', options.degree ?? 10, { min: 1, max: 100, integer: true }),
    constantTerm: options.constantTerm ?? false,
    brackets: options.brackets ?? false,
  };
  const resolved: ResolvedOptions = {
    ...shape,
    kernel,
    units: checkNumber(where, 'units', options.units, { min: 2, integer: true }),
    nonNegativity: checkOneOf(where, 'nonNegativity', options.nonNegativity ?? 'softmax', nonNegativities),
    initialCoefficients: kernel === 'learned' ? initialCoefficients(options, shape) : [],
    temperature: checkTemperature(options.temperature ?? 1 / 16),
    learnTemperature: options.learnTemperature ?? false,
    learnKernel: options.learnKernel ?? kernel === 'learned',
    weightsPerClass: checkNumber(where, 'weightsPerClass', options.weightsPerClass ?? 1, { min: 1, integer: true }),
    perClassKernel: options.perClassKernel ?? false,
    allowIndefinite: options.allowIndefinite,
  };
  if (kernel === 'learned') freeParametersOf(resolved.initialCoefficients, resolved.nonNegativity);
  else checkFixedKernel(kernel, resolved);
  refuseTwoScales(resolved);
  return resolved;
}

function checkVersion(version: number): void {
  if (version <= CONFIG_VERSION) return;
  const expected = `a layer saved in version ${CONFIG_VERSION} of its form`;
  throw new InvalidArgumentError(where, expected, version, 'Load it with the newer tfjs-longtail that saved it');
}

function checkTemperature(temperature: unknown): number {
  if (typeof temperature === 'number' && Number.isFinite(temperature) && temperature > 0) return temperature;
  throw new InvalidArgumentError(where, 'temperature to be a finite number above 0', temperature);
}

function resolveKernel(kernel: NonNullable<KernelizedSoftmaxOptions['kernel']>): 'learned' | SphereKernel {
  if (kernel === 'learned') return kernel;
  return kernelFrom(typeof kernel === 'string' ? { name: kernel, parameters: {} } : kernel);
}

function initialCoefficients(
  { initialCoefficients: given, initialKernel = 'linear' }: KernelizedSoftmaxOptions,
  { degree, constantTerm, brackets }: Pick<ResolvedOptions, 'degree' | 'constantTerm' | 'brackets'>,
): readonly number[] {
  const first = constantTerm ? 0 : 1;
  const count = degree + 1 - first;
  const all = count + (brackets ? 2 : 0);
  if (given === undefined) {
    if (initialKernel === 'linear') return linearStart(all, 1 - first);
    return withBrackets(seriesOf(initialKernel, degree).slice(first), all);
  }
  if (given.length !== count && given.length !== all) {
    const expected = `${count} initialCoefficients, of t^${first}..t^${degree}`;
    throw new InvalidArgumentError(where, expected, given.length);
  }
  return withBrackets(
    Array.from(given, (value, i) => checkNumber(where, `initialCoefficients[${i}]`, value, { min: 0 })),
    all,
  );
}

/** Brackets that were not given begin at nothing. */
function withBrackets(coefficients: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => coefficients[i] ?? 0);
}

function seriesOf(kernel: SphereKernel, degree: number): number[] {
  const series = kernel.powerSeries(degree);
  if (series !== null && series.every((value) => value >= 0)) return [...series];
  const got = series === null ? 'none' : `${Math.min(...series)}`;
  throw new InvalidArgumentError(
    where,
    `initialKernel "${kernel.name}" to have a series of no negative coefficient`,
    got,
  );
}

function checkFixedKernel(kernel: SphereKernel, { allowIndefinite, learnKernel, ...resolved }: ResolvedOptions): void {
  if (kernel.theory.positiveDefinite !== true && allowIndefinite !== kernel.name) {
    const hint = `allowIndefinite: "${kernel.name}" takes it all the same`;
    throw new InvalidArgumentError(where, 'a positive definite kernel', kernel.name, hint);
  }
  for (const option of ['constantTerm', 'brackets', 'perClassKernel'] as const) {
    if (resolved[option]) throw new InvalidArgumentError(where, `kernel "learned" with ${option}`, kernel.name);
  }
  if (!learnKernel) return;
  const parameter = learnableParameter(kernel);
  if (parameter === undefined) {
    const hint = 'Use kernel "learned" with it as initialKernel, or leave learnKernel out';
    throw new InvalidArgumentError(where, 'a kernel with a continuous parameter to learn', kernel.name, hint);
  }
  const value = kernel.parameters[parameter.name]!;
  if (value > parameter.above) return;
  throw new InvalidArgumentError(where, `${parameter.name} above ${parameter.above} to be learnt from`, value);
}

/** A learnt temperature beside coefficients that are free to grow: only their ratio would mean anything. */
function refuseTwoScales({ kernel, learnTemperature, learnKernel, nonNegativity }: ResolvedOptions): void {
  if (!learnTemperature || !learnKernel) return;
  if (kernel === 'learned' && nonNegativity === 'softmax') return;
  const parameter = kernel === 'learned' ? undefined : learnableParameter(kernel);
  if (parameter?.scales === false) return;
  const other = parameter === undefined ? `nonNegativity "${nonNegativity}"` : `a learnt ${parameter.name}`;
  const hint =
    parameter === undefined
      ? 'Fix the temperature, or let the coefficients sum to 1 with nonNegativity: "softmax"'
      : 'Fix the temperature or the kernel';
  throw new InvalidArgumentError(where, 'one free scale', `learnTemperature with ${other}`, hint);
}

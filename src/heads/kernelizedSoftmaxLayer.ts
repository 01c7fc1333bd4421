import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkDtype, checkNumber, InvalidArgumentError, randomStream } from '../core/index.js';
import { resolveOptions } from './kernelizedSoftmaxChecks.js';
import { freeParametersOf } from './kernelizedSoftmaxCoefficients.js';
import { cosines, unitVectors } from './kernelizedSoftmaxCosine.js';
import { learnableParameter } from './kernelizedSoftmaxKernel.js';
import { CONFIG_VERSION } from './kernelizedSoftmaxOptions.js';
import type { KernelizedSoftmaxOptions, ResolvedOptions } from './kernelizedSoftmaxOptions.js';
import { profileAt, readCoefficients, readKernel, seriesKernel } from './kernelizedSoftmaxReport.js';
import type { KernelCoefficients, KernelProfile } from './kernelizedSoftmaxReport.js';
import { checkFeatures, cosinesOfRows } from './kernelizedSoftmaxScores.js';
import { logitsOf, rowsOf } from './kernelizedSoftmaxWeights.js';
import type { HeadWeights } from './kernelizedSoftmaxWeights.js';
import type { SphereKernel } from './sphereKernel.js';

const where = 'kernelizedSoftmax';

/** The layer that `kernelizedSoftmax` makes. */
export class KernelizedSoftmax extends tfl.layers.Layer {
  /** Name under which tf.layers saves and loads the layer. */
  static readonly className = 'LongtailKernelizedSoftmax';
  readonly #options: ResolvedOptions;
  readonly #seed: number;
  #weights: HeadWeights | undefined;

  /**
   * @param options As for `kernelizedSoftmax`.
   * @throws InvalidArgumentError If an option is out of its range or two do not go together.
   */
  constructor(options: KernelizedSoftmaxOptions) {
    super({ ...options });
    const { random, seed } = options;
    this.#options = resolveOptions(options);
    const name = options.name ?? 'kernelized_softmax';
    this.#seed = random?.seedFor(name) ?? seed ?? randomStream(0).seedFor(name);
  }

  /**
   * $`1 / temperature`$: what `ldamCrossEntropy` takes as its scale.
   *
   * @throws InvalidArgumentError If the temperature is learnt, because it then changes at every step.
   */
  get scale(): number {
    const { temperature, learnTemperature } = this.#options;
    if (!learnTemperature) return 1 / temperature;
    const hint = 'Leave learnTemperature out, or read it with temperature()';
    throw new InvalidArgumentError(where, 'a fixed temperature', 'a learnt one', hint);
  }

  /** @internal */
  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = inputShape as tfl.Shape;
    const dimension = shape[1];
    if (shape.length !== 2 || typeof dimension !== 'number') {
      throw new InvalidArgumentError(where, 'features [B, D] with a known D', JSON.stringify(inputShape));
    }
    const { units, weightsPerClass, temperature, learnTemperature } = this.#options;
    const gaussian = tfl.initializers.randomNormal({ mean: 0, stddev: 1, seed: this.#seed });
    const kernel = this.addWeight('kernel', [dimension, units * weightsPerClass], 'float32', gaussian);
    tf.tidy(() => void kernel.write(tf.transpose(unitVectors(tf.transpose(kernel.read())))));
    const free = this.#addFree();
    const logTemperature = learnTemperature
      ? this.addWeight('log_temperature', [], 'float32', constant(Math.log(temperature)))
      : undefined;
    this.#weights = { kernel, ...(free && { free }), ...(logTemperature && { logTemperature }) };
    super.build(inputShape);
  }

  /** The free parameters of the kernel, if it has any. */
  #addFree(): tfl.LayerVariable | undefined {
    const { kernel, initialCoefficients, nonNegativity, units, perClassKernel, learnKernel } = this.#options;
    if (kernel !== 'learned') {
      const parameter = learnKernel ? learnableParameter(kernel) : undefined;
      if (parameter === undefined) return undefined;
      const initial = constant(Math.log(kernel.parameters[parameter.name]! - parameter.above));
      return this.addWeight(`log_${parameter.name}`, [], 'float32', initial);
    }
    const count = initialCoefficients.length;
    const shape = perClassKernel ? [units, count] : [count];
    const trainable = learnKernel;
    const free = this.addWeight('coefficients', shape, 'float32', tfl.initializers.zeros(), undefined, trainable);
    const initial = freeParametersOf(initialCoefficients, nonNegativity);
    tf.tidy(() => void free.write(tf.add(tf.zeros(shape), tf.tensor1d(initial))));
    return free;
  }

  /** @internal */
  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return [(inputShape as tfl.Shape)[0] ?? null, this.#options.units];
  }

  /** @internal */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const features = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor2D;
    const weights = this.#built();
    checkFeatures(where, features, weights.kernel.shape[0]!);
    return tf.tidy(() => logitsOf(cosines(features, weights.kernel.read() as tf.Tensor2D), this.#options, weights));
  }

  /**
   * Logits of some classes, for a loss on sampled ones; the gradient reaches all weights of the layer.
   *
   * @param features `[B, D]` float32.
   * @param ids Class ids in `0..C-1`, int32: `[S]` for all examples or `[B, S]` for each its own; of its label alone, `[B, 1]`.
   * @returns `[B, S]` float32, as the layer itself would give them.
   * @throws InvalidArgumentError If shapes or dtypes do not fit, or the layer was never applied.
   */
  score(features: tf.Tensor2D, ids: tf.Tensor1D | tf.Tensor2D): tf.Tensor2D {
    const weights = this.#built();
    checkFeatures(where, features, weights.kernel.shape[0]!);
    checkDtype(where, 'ids', ids, 'int32');
    if (ids.rank === 0 || ids.rank > 2 || (ids.rank === 2 && ids.shape[0] !== features.shape[0])) {
      const expected = `ids of shape [S] or [${features.shape[0]}, S]`;
      throw new InvalidArgumentError(where, expected, `[${ids.shape.join(', ')}]`);
    }
    return tf.tidy(() => {
      const t = cosinesOfRows(features, rowsOf(weights, this.#options.weightsPerClass, ids));
      return logitsOf(t, this.#options, weights, ids);
    });
  }

  /**
   * Coefficients of the learnt series as they are now.
   *
   * @param classId The class, where each has a series of its own. Default 0.
   * @returns The coefficients, or `null` where the kernel is not `'learned'`.
   */
  async coefficients(classId = 0): Promise<KernelCoefficients | null> {
    const { kernel, perClassKernel, units } = this.#options;
    if (kernel !== 'learned') return null;
    const free = this.#built().free!.read();
    if (!perClassKernel) return readCoefficients(free, this.#options);
    const place = checkNumber(where, 'classId', classId, { min: 0, max: units - 1, integer: true });
    const own = tf.tidy(() => tf.reshape(tf.slice(free, [place, 0], [1, -1]), [-1]));
    try {
      return await readCoefficients(own, this.#options);
    } finally {
      own.dispose();
    }
  }

  /** The kernel as it is now, on numbers: a learnt series (of one class), or the other one with its learnt parameter. */
  async sphereKernel(classId = 0): Promise<SphereKernel> {
    const { kernel } = this.#options;
    if (kernel === 'learned') return seriesKernel((await this.coefficients(classId))!);
    return readKernel(kernel, this.#built().free?.read());
  }

  /**
   * The profile as it is now, before it is divided by the temperature.
   *
   * @param points Number of cosines, evenly from -1 to 1; at least 2. Default 201.
   * @param classId The class, where each has a series of its own. Default 0.
   */
  async kernelProfile(points = 201, classId = 0): Promise<KernelProfile> {
    checkNumber(where, 'points', points, { min: 2, integer: true });
    return profileAt(await this.sphereKernel(classId), points);
  }

  /** The temperature as it is now. */
  async temperature(): Promise<number> {
    const { logTemperature } = this.#built();
    return logTemperature ? Math.exp((await logTemperature.read().data())[0]!) : this.#options.temperature;
  }

  /** @internal */
  override getConfig(): tf.serialization.ConfigDict {
    const { kernel, allowIndefinite, initialCoefficients, ...rest } = this.#options;
    return {
      ...super.getConfig(),
      ...rest,
      kernel: kernel === 'learned' ? kernel : { name: kernel.name, parameters: { ...kernel.parameters } },
      ...(kernel === 'learned' && { initialCoefficients: [...initialCoefficients] }),
      ...(allowIndefinite !== undefined && { allowIndefinite }),
      seed: this.#seed,
      version: CONFIG_VERSION,
    };
  }

  #built(): HeadWeights {
    if (this.#weights !== undefined) return this.#weights;
    throw new InvalidArgumentError(
      where,
      'a layer with weights',
      'one that was never applied',
      'Apply it, or build it',
    );
  }
}

function constant(value: number): ReturnType<typeof tfl.initializers.constant> {
  return tfl.initializers.constant({ value });
}

tf.serialization.registerClass(KernelizedSoftmax);

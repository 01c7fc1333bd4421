import { checkNumber, InvalidArgumentError } from '../core/index.js';

/**
 * The learning rate at a moment of training, in fractions of an epoch: step s of n steps an epoch is at $`s / n`$.
 */
export type Schedule = (epoch: number) => number;

/** Options of {@link constantSchedule}. */
export interface ConstantScheduleOptions {
  /** Learning rate after the warm-up, at least 0. */
  readonly baseRate: number;
  /** Epochs in which the rate rises linearly from 0. Default `0`. */
  readonly warmupEpochs?: number;
}

/** Options of {@link stepSchedule}; one of `factor` and `rates`. */
export interface StepScheduleOptions extends ConstantScheduleOptions {
  /** Epochs at which the rate changes, ascending, none before the warm-up ends. */
  readonly milestones: readonly number[];
  /** Number the rate is multiplied by at each milestone, at least 0. */
  readonly factor?: number;
  /** The rate from each milestone on, as many as milestones, at least 0 each. */
  readonly rates?: readonly number[];
}

/** Options of {@link cosineSchedule}. */
export interface CosineScheduleOptions extends ConstantScheduleOptions {
  /** Epoch at which the rate has fallen to `minRate`, after the warm-up; it stays there. */
  readonly epochs: number;
  /** Rate at the end, in 0..baseRate. Default `0`. */
  readonly minRate?: number;
}

/**
 * One learning rate, after a linear warm-up from 0.
 *
 * @param options `baseRate`, `warmupEpochs`.
 * @returns The rate as a function of the epoch.
 * @throws InvalidArgumentError If an option is out of its range.
 * @example
 * ```ts
 * import { constantSchedule } from 'tfjs-longtail/optimizers';
 * const rate = constantSchedule({ baseRate: 0.1, warmupEpochs: 5 });
 * console.log(rate(2.5), rate(100)); // 0.05 0.1
 * ```
 */
export function constantSchedule(options: ConstantScheduleOptions): Schedule {
  return warmedUp('constantSchedule', options, () => options.baseRate);
}

/**
 * A learning rate that drops at milestones, after a linear warm-up from 0.
 *
 * @param options `baseRate`, `warmupEpochs`, `milestones`, `factor` or `rates`.
 * @returns The rate as a function of the epoch; a milestone already has its new rate.
 * @throws InvalidArgumentError If an option is out of its range, or milestones are out of order.
 * @example
 * ```ts
 * import { stepSchedule } from 'tfjs-longtail/optimizers';
 * const rate = stepSchedule({ baseRate: 0.1, warmupEpochs: 5, milestones: [160, 180], rates: [0.01, 0.001] });
 * console.log(rate(1), rate(159.9), rate(160), rate(200)); // 0.02 0.1 0.01 0.001
 * ```
 */
export function stepSchedule(options: StepScheduleOptions): Schedule {
  const where = 'stepSchedule';
  const { baseRate, warmupEpochs = 0, milestones, factor, rates } = options;
  milestones.forEach((milestone, i) => {
    checkNumber(where, `milestones[${i}]`, milestone, { min: milestones[i - 1] ?? warmupEpochs });
  });
  if ((factor === undefined) === (rates === undefined)) {
    throw new InvalidArgumentError(where, 'either factor or rates', factor === undefined ? 'neither' : 'both');
  }
  if (factor !== undefined) checkNumber(where, 'factor', factor, { min: 0 });
  if (rates !== undefined && rates.length !== milestones.length) {
    throw new InvalidArgumentError(where, `rates of length ${milestones.length}, that of milestones`, rates.length);
  }
  rates?.forEach((rate, i) => checkNumber(where, `rates[${i}]`, rate, { min: 0 }));
  const levels = [baseRate, ...(rates ?? milestones.map((_, i) => baseRate * factor! ** (i + 1)))];
  return warmedUp(where, options, (epoch) => levels[milestones.filter((milestone) => milestone <= epoch).length]!);
}

/**
 * A learning rate that falls along half a cosine, after a linear warm-up from 0.
 *
 * $`minRate + (baseRate - minRate) (1 + cos(pi t)) / 2`$ with `t = (epoch - warmupEpochs) / (epochs - warmupEpochs)`.
 *
 * @param options `baseRate`, `warmupEpochs`, `epochs`, `minRate`.
 * @returns The rate as a function of the epoch.
 * @throws InvalidArgumentError If an option is out of its range.
 * @example
 * ```ts
 * import { cosineSchedule } from 'tfjs-longtail/optimizers';
 * const rate = cosineSchedule({ baseRate: 0.1, epochs: 100 });
 * console.log(rate(0), rate(50), rate(100)); // 0.1 0.05 0
 * ```
 * @see Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, equation 5.
 */
export function cosineSchedule(options: CosineScheduleOptions): Schedule {
  const where = 'cosineSchedule';
  const { baseRate, warmupEpochs = 0, epochs, minRate = 0 } = options;
  checkNumber(where, 'minRate', minRate, { min: 0, max: baseRate });
  checkNumber(where, 'epochs', epochs, { min: 0 });
  if (epochs <= warmupEpochs) {
    throw new InvalidArgumentError(where, `epochs above the ${warmupEpochs} of the warm-up`, epochs);
  }
  return warmedUp(where, options, (epoch) => {
    const done = Math.min(1, (epoch - warmupEpochs) / (epochs - warmupEpochs));
    return minRate + (baseRate - minRate) * 0.5 * (1 + Math.cos(Math.PI * done));
  });
}

/** Linear from 0 to the base rate, then `after`. */
function warmedUp(where: string, options: ConstantScheduleOptions, after: Schedule): Schedule {
  const { baseRate, warmupEpochs = 0 } = options;
  checkNumber(where, 'baseRate', baseRate, { min: 0 });
  checkNumber(where, 'warmupEpochs', warmupEpochs, { min: 0 });
  return (epoch) => (epoch < warmupEpochs ? (baseRate * epoch) / warmupEpochs : after(epoch));
}

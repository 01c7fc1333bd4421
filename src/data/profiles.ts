import { checkNumber, InvalidArgumentError } from '../core/index.js';

/** Options of {@link exponentialProfile} and {@link stepProfile}. */
export interface ProfileOptions {
  /** Number of classes C, at least 2. */
  readonly numClasses: number;
  /** Examples of the largest class, a positive integer. */
  readonly maxPerClass: number;
  /** Imbalance ratio `rho`, largest over smallest class, at least 1. */
  readonly imbalance: number;
}

/** A long-tail profile by name. */
export type ProfileName = 'exponential' | 'step';

/** What {@link profileCounts} computes for each name, unchecked. */
const profiles: Readonly<Record<ProfileName, (options: ProfileOptions) => Int32Array>> = {
  // Truncated, not rounded, with the exponent and the power in double precision: the counts of the literature.
  exponential: ({ numClasses, maxPerClass, imbalance }) =>
    Int32Array.from({ length: numClasses }, (_, y) =>
      Math.trunc(maxPerClass * (1 / imbalance) ** (y / (numClasses - 1))),
    ),
  step: ({ numClasses, maxPerClass, imbalance }) =>
    new Int32Array(numClasses).fill(maxPerClass).fill(Math.trunc(maxPerClass / imbalance), Math.ceil(numClasses / 2)),
};

/** Every {@link ProfileName}. */
export const profileNames = Object.keys(profiles) as readonly ProfileName[];

/** The counts of a profile without the checks of the public functions; a class may get 0. */
export function profileCounts(profile: ProfileName, options: ProfileOptions): Int32Array {
  return profiles[profile](options);
}

/**
 * Class counts that decay exponentially: $`n_y = trunc(n_max * (1 / rho)^(y / (C - 1)))`$, `y = 0..C-1`.
 *
 * With `n_max` 5000 and $`rho`$ 100 on 10 classes this is CIFAR-10-LT, 12,406 images; with 500 on 100 classes CIFAR-100-LT, 10,847.
 *
 * @param options `numClasses` C, `maxPerClass` `n_max`, `imbalance` $`rho`$.
 * @returns Counts `[C]`, largest first.
 * @throws InvalidArgumentError If an option is out of range or a class would keep no example.
 * @example
 * ```ts
 * import { exponentialProfile } from 'tfjs-longtail/data';
 * const counts = exponentialProfile({ numClasses: 10, maxPerClass: 5000, imbalance: 100 });
 * console.log(counts.join(' ')); // 5000 2997 1796 1077 645 387 232 139 83 50
 * ```
 * @see Cui et al., "Class-Balanced Loss Based on Effective Number of Samples", 2019, section 5.1.
 */
export function exponentialProfile(options: ProfileOptions): Int32Array {
  return checkedCounts('exponentialProfile', 'exponential', options);
}

/**
 * Class counts with one step: the first $`ceil(C / 2)`$ classes keep `n_max` examples, the others $`trunc(n_max / rho)`$.
 *
 * @param options `numClasses` C, `maxPerClass` `n_max`, `imbalance` $`rho`$.
 * @returns Counts `[C]`, largest first.
 * @throws InvalidArgumentError If an option is out of range or a class would keep no example.
 * @example
 * ```ts
 * import { stepProfile } from 'tfjs-longtail/data';
 * console.log(stepProfile({ numClasses: 4, maxPerClass: 500, imbalance: 100 }).join(' ')); // 500 500 5 5
 * ```
 * @see Buda et al., "A systematic study of the class imbalance problem in convolutional neural networks", 2018, section 3.2.
 */
export function stepProfile(options: ProfileOptions): Int32Array {
  return checkedCounts('stepProfile', 'step', options);
}

/** The counts of a profile for the function `where`: options in range, no class empty. */
export function checkedCounts(where: string, profile: ProfileName, options: ProfileOptions): Int32Array {
  const { numClasses, maxPerClass, imbalance } = options;
  checkNumber(where, 'numClasses', numClasses, { min: 2, integer: true });
  checkNumber(where, 'maxPerClass', maxPerClass, { min: 1, max: 2 ** 31 - 1, integer: true });
  checkNumber(where, 'imbalance', imbalance, { min: 1 });
  const counts = profileCounts(profile, options);
  const empty = counts.indexOf(0);
  if (empty < 0) return counts;
  throw new InvalidArgumentError(
    where,
    'at least 1 example of each class',
    `0 of class ${empty} for maxPerClass ${maxPerClass} and imbalance ${imbalance}`,
    'Raise maxPerClass or lower imbalance',
  );
}

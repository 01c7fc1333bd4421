import { checkPriorSum, ClassPrior, resolveClassPrior, type ClassStatistics } from '../core/index.js';

/** The prior that `options` names, over however many classes; probabilities given as an array must sum to 1. */
export function namedPrior(where: string, options: ClassStatistics): ClassPrior {
  const { classCounts, classPrior } = options;
  const given = classCounts ?? classPrior;
  const numClasses = given instanceof ClassPrior ? given.numClasses : (given?.length ?? 0);
  const prior = resolveClassPrior(where, options, numClasses);
  checkPriorSum(where, 'classPrior', classPrior);
  return prior;
}

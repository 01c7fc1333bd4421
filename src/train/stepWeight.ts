import { checkNumber } from '../core/index.js';
import type { StepContext } from './objective.js';

/** Weight of a term, at least 0: a number, or one for each step. */
export type StepWeight = number | ((context: StepContext) => number);

/** The weight of a step, checked: a number at once, a function whenever it is asked. */
export function stepWeight(where: string, weight: StepWeight): (context: StepContext) => number {
  const checked = (value: number): number => checkNumber(where, 'weight', value, { min: 0 });
  if (typeof weight === 'function') return (context) => checked(weight(context));
  const fixed = checked(weight);
  return () => fixed;
}

import * as tf from '@tensorflow/tfjs-core';
import { InvalidArgumentError } from './errors.js';

const ofLoss = 'The loss has first derivatives only: take its gradient outside any other gradient';

/** To a second tape a gradient in closed form is a constant: tfjs would differentiate it to nothing, without a word. */
export function refuseSecondDerivative(where: string, hint = ofLoss): void {
  if (!tf.engine().isTapeOn()) return;
  throw new InvalidArgumentError(where, 'to be differentiated once', 'a gradient inside another one', hint);
}

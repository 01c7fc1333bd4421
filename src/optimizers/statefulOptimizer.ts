import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, InvalidArgumentError } from '../core/index.js';
import { type NamedTensor, VariableState } from './variableState.js';

/** Gradients by variable name, as `tf.variableGrads` returns them, or as a list; missing ones leave their variable. */
export type VariableGradients = Parameters<tf.Optimizer['applyGradients']>[0];

/**
 * Base of this package's optimizers: a learning rate to set at any step, and state that survives saving exactly.
 *
 * A subclass says what one step does to one variable.
 */
export abstract class StatefulOptimizer extends tf.Optimizer {
  readonly #where: string;
  readonly #state: VariableState;
  #learningRate: number;

  /**
   * @param where Name that errors give as their place.
   * @param learningRate Step size, at least 0.
   * @param kinds What is remembered of each variable, by name; a tensor of its shape each.
   */
  protected constructor(where: string, learningRate: number, kinds: readonly string[]) {
    super();
    this.#where = where;
    this.#state = new VariableState(where, kinds);
    this.#learningRate = checkNumber(where, 'learningRate', learningRate, { min: 0 });
  }

  /** Step size of the next steps, at least 0; schedules set it. */
  get learningRate(): number {
    return this.#learningRate;
  }

  /** Step size of the next steps, at least 0. */
  set learningRate(rate: number) {
    this.#learningRate = checkNumber(this.#where, 'learningRate', rate, { min: 0 });
  }

  /**
   * One step.
   *
   * @param variableGradients Gradients by variable name, or a list; the caller disposes them.
   * @throws InvalidArgumentError If a name is not that of a variable, or restored state does not fit.
   */
  override applyGradients(variableGradients: VariableGradients): void {
    const [variables, gradients] = this.#present(variableGradients);
    const states = this.#state.of(variables);
    tf.tidy(() => {
      const update = this.makeUpdate();
      variables.forEach((variable, i) => tf.tidy(() => update(variable, gradients[i]!, states[i]!)));
    });
    this.incrementIterations();
  }

  /**
   * What the next step does to one variable; called once a step, so that its scalars are made once.
   *
   * The function it returns assigns the new values to the variable and to its state, and leaves no other tensor to keep.
   */
  protected abstract makeUpdate(): (variable: tf.Variable, gradient: tf.Tensor, state: readonly tf.Variable[]) => void;

  /** The number of steps, then the state of each variable: the optimizer's own tensors, except for the first. */
  override async getWeights(): Promise<NamedTensor[]> {
    return [await this.saveIterations(), ...this.#state.save()];
  }

  /**
   * Continues where {@link getWeights} was called.
   *
   * The next step matches the state to variables by name, and by order where names differ.
   *
   * @param weightValues What `getWeights` returned; copied, so that the caller may dispose them.
   * @throws InvalidArgumentError If they are not weights of such an optimizer.
   */
  override async setWeights(weightValues: NamedTensor[]): Promise<void> {
    const first = weightValues[0];
    if (first?.tensor.size !== 1) {
      throw new InvalidArgumentError(
        `${this.#where}.setWeights`,
        'the number of steps as the first weight',
        first?.name,
      );
    }
    this.#state.restore(await this.extractIterations(weightValues));
  }

  /** Frees the state. */
  override dispose(): void {
    this.#state.dispose();
  }

  /** The variables that have a gradient, and their gradients. */
  #present(variableGradients: VariableGradients): [tf.Variable[], tf.Tensor[]] {
    const named = Array.isArray(variableGradients)
      ? variableGradients
      : Object.entries(variableGradients).map(([name, tensor]) => ({ name, tensor }));
    const present = named.filter(({ tensor }) => Boolean(tensor));
    const variables = present.map(({ name }) => {
      const variable = tf.engine().registeredVariables[name];
      if (variable !== undefined) return variable;
      throw new InvalidArgumentError(this.#where, 'gradients named after variables', name);
    });
    return [variables, present.map(({ tensor }) => tensor)];
  }
}

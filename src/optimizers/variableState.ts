import * as tf from '@tensorflow/tfjs-core';
import { InvalidArgumentError } from '../core/index.js';

/** A tensor and the name it is saved under. */
export interface NamedTensor {
  /** Name it is saved under. */
  readonly name: string;
  /** The tensor. */
  readonly tensor: tf.Tensor;
}

/** What an optimizer remembers of each variable: one tensor of the variable's shape for each of `kinds`. */
export class VariableState {
  #byVariable = new Map<string, tf.Variable[]>();
  /** False between `restore` and the next step: the keys are then the names of the run that was saved. */
  #matched = true;

  constructor(
    readonly where: string,
    readonly kinds: readonly string[],
  ) {}

  /** The state of each of `variables`, zeros where there is none yet. */
  of(variables: readonly tf.Variable[]): readonly (readonly tf.Variable[])[] {
    if (!this.#matched) this.#match(variables);
    return variables.map((variable) => {
      const known = this.#byVariable.get(variable.name);
      if (known !== undefined) return checkShapes(this.where, variable, known);
      const fresh = this.kinds.map(() => tf.tidy(() => tf.variable(tf.zerosLike(variable), false)));
      this.#byVariable.set(variable.name, fresh);
      return fresh;
    });
  }

  /** The tensors themselves, not copies, in the order in which the variables first came. */
  save(): NamedTensor[] {
    return [...this.#byVariable].flatMap(([name, state]) =>
      state.map((tensor, i) => ({ name: `${name}/${this.kinds[i]}`, tensor })),
    );
  }

  /** Replaces everything by what `save` returned; the caller keeps its tensors. */
  restore(saved: readonly NamedTensor[]): void {
    if (this.kinds.length === 0 && saved.length > 0) {
      throw new InvalidArgumentError(this.where, 'no state', saved[0]!.name);
    }
    saved.forEach(({ name }, i) => {
      const kind = this.kinds[i % this.kinds.length]!;
      if (!name.endsWith(`/${kind}`)) throw new InvalidArgumentError(this.where, `a weight named .../${kind}`, name);
    });
    if (saved.length % this.kinds.length > 0) {
      throw new InvalidArgumentError(this.where, `${this.kinds.length} weights for each variable`, saved.length);
    }
    this.dispose();
    for (let i = 0; i < saved.length; i += this.kinds.length) {
      const group = saved.slice(i, i + this.kinds.length);
      const name = group[0]!.name.slice(0, -`/${this.kinds[0]}`.length);
      this.#byVariable.set(
        name,
        group.map(({ tensor }) => tf.variable(tensor, false)),
      );
    }
    this.#matched = this.#byVariable.size === 0;
  }

  dispose(): void {
    for (const state of this.#byVariable.values()) tf.dispose(state);
    this.#byVariable.clear();
    this.#matched = true;
  }

  /** By name; by order where the names differ, as those of a second copy of a model in one process do. */
  #match(variables: readonly tf.Variable[]): void {
    if (!variables.every(({ name }) => this.#byVariable.has(name))) {
      const states = [...this.#byVariable.values()];
      if (states.length !== variables.length) {
        throw new InvalidArgumentError(
          this.where,
          `gradients of the ${states.length} variables whose state was restored`,
          `gradients of ${variables.length} with other names`,
        );
      }
      this.#byVariable = new Map(variables.map(({ name }, i) => [name, states[i]!]));
    }
    this.#matched = true;
  }
}

function checkShapes(where: string, variable: tf.Variable, state: readonly tf.Variable[]): readonly tf.Variable[] {
  for (const { shape } of state) {
    if (!tf.util.arraysEqual(shape, variable.shape)) {
      const wanted = `state of shape [${variable.shape.join(', ')}] for variable ${variable.name}`;
      throw new InvalidArgumentError(where, wanted, `[${shape.join(', ')}]`);
    }
  }
  return state;
}

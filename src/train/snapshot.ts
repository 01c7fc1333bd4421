import * as tf from '@tensorflow/tfjs-core';
import { CheckpointError, type RandomStream } from '../core/index.js';
import type { HostArray } from '../heads/index.js';
import type { Classifier } from '../models/index.js';
import type { Objective } from './objective.js';
import { checkTensors, readTensors, tensorsOf } from './state.js';
import type { NamedState, TensorRecord, TrainPosition, TrainState } from './state.js';

/** The parts of a run that a checkpoint holds. */
export interface TrainedParts {
  /** Weights, trainable or not. */
  readonly classifier: Classifier;
  /** Slots of the optimizer. */
  readonly optimizer: tf.Optimizer;
  /** State of the objective, such as an averaged teacher. */
  readonly objective: Objective;
  /** Root of the random streams. */
  readonly random: RandomStream;
}

/** The state of a run, read from the device. */
export async function captureState(parts: TrainedParts, position: TrainPosition): Promise<TrainState> {
  parts.objective.beforeSave?.();
  const slots = await parts.optimizer.getWeights();
  const optimizer = slots.map(({ name, tensor }) => ({ name: `optimizer/${name}`, tensor }));
  const tensors = await readTensors([
    ...modelState(parts.classifier),
    ...optimizer,
    ...objectiveState(parts.objective),
  ]);
  tensors.push(...tableRecords(parts.objective));
  // The iteration counter is made for this call; the slots themselves are the optimizer's variables.
  for (const { tensor } of slots) if (!(tensor instanceof tf.Variable)) tensor.dispose();
  return { position, random: parts.random.state(), tensors };
}

/** Puts a saved state back; returns where training goes on. */
export async function restoreState(parts: TrainedParts, state: TrainState): Promise<TrainPosition> {
  if (JSON.stringify(state.random) !== JSON.stringify(parts.random.state())) {
    const hint = 'It was written with another seed';
    throw new CheckpointError('checkpoint', `seed state ${parts.random.state().seed}`, state.random.seed, hint);
  }
  restoreModel(parts.classifier, state);
  const slots = tensorsOf(state.tensors, 'optimizer/');
  const objective = tensorsOf(state.tensors, 'objective/');
  try {
    await parts.optimizer.setWeights(Object.entries(slots).map(([name, tensor]) => ({ name, tensor })));
    parts.objective.restore?.(objective);
    restoreTables(parts.objective, state);
  } catch (error) {
    const hint = 'It was written with other settings';
    const { message } = error as Error;
    throw new CheckpointError('checkpoint', 'the state of this optimizer and objective', message, hint, {
      cause: error,
    });
  } finally {
    tf.dispose([slots, objective]);
  }
  return state.position;
}

/** Puts only the weights of a saved state back, to evaluate or to export. */
export function restoreModel(classifier: Classifier, state: TrainState): void {
  const wanted = modelState(classifier);
  const saved = state.tensors
    .filter(({ name }) => name.startsWith('weight/'))
    .map((record) => ({ ...record, name: withoutLayer(record.name) }));
  checkTensors(saved, wanted);
  const byName = new Map(saved.map((record) => [record.name, record]));
  tf.tidy(() => {
    for (const { name, tensor } of wanted) {
      const { values, shape, dtype } = byName.get(name)!;
      (tensor as tf.Variable).assign(tf.tensor(values, [...shape], dtype));
    }
  });
}

/** Puts only the tables of an objective back, as {@link restoreModel} does the weights. */
export function restoreTables({ tables = {} }: Objective, state: TrainState): void {
  const saved = state.tensors.filter(({ name }) => name.startsWith('table/'));
  for (const [key, table] of Object.entries(tables)) {
    const own = saved.filter(({ name }) => name.startsWith(`table/${key}/`));
    const arrays = own.map(({ name, ...array }) => [name.slice(`table/${key}/`.length), array as HostArray]);
    table.restore(Object.fromEntries(arrays) as Record<string, HostArray>);
  }
  const foreign = saved.find(({ name }) => !Object.hasOwn(tables, name.split('/')[1]!));
  if (foreign) throw new CheckpointError('checkpoint', 'the tables of this objective only', foreign.name);
}

/** Copies, because the next step changes the arrays. */
function tableRecords({ tables = {} }: Objective): TensorRecord[] {
  return Object.entries(tables).flatMap(([key, table]) =>
    Object.entries(table.state()).map(([name, { shape, values }]) => {
      const dtype = values instanceof Float32Array ? 'float32' : 'int32';
      return { name: `table/${key}/${name}`, shape, dtype, values: values.slice() };
    }),
  );
}

function modelState({ model }: Classifier): NamedState[] {
  return model.weights.map((weight, index) => ({
    name: withoutLayer(`weight/${index}/${weight.originalName}`),
    tensor: weight.read(),
  }));
}

/** `weight/3/kernel`: tfjs numbers the layers of a process, so that a second model of the same make has other names. */
function withoutLayer(name: string): string {
  const parts = name.split('/');
  return [...parts.slice(0, 2), parts.at(-1)].join('/');
}

function objectiveState(objective: Objective): NamedState[] {
  return Object.entries(objective.state?.() ?? {}).map(([name, tensor]) => ({ name: `objective/${name}`, tensor }));
}

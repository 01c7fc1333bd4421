import { pathToFileURL } from 'node:url';
import * as tfc from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { InvalidArgumentError, type RandomStream } from '../../core/index.js';

/** TensorFlow.js as `import * as tf` of the union package gives it: core and layers. */
export type TensorFlow = Omit<typeof tfc, 'default'> & Omit<typeof tfl, 'default'>;

/** What a {@link ModelFactory} is given. */
export interface ModelFactoryOptions {
  /** Shape of one input without the batch axis. */
  readonly inputShape: readonly number[];
  /** Number of classes C. */
  readonly numClasses: number;
  /** Seeds for initializers: `seed: random.seedFor('name')` makes a run repeatable. */
  readonly random: RandomStream;
  /** The TensorFlow.js of this package, so that a module need not be able to import one. */
  readonly tf: TensorFlow;
}

/** The default export of a module that makes a model: one input, raw logits `[B, C]` as output. */
export type ModelFactory = (options: ModelFactoryOptions) => tfl.LayersModel | Promise<tfl.LayersModel>;

/** The model that a module makes; `version` tells its content apart, because Node keeps a module for good. */
export async function makeFromModule(
  path: string,
  version: string,
  options: Omit<ModelFactoryOptions, 'tf'>,
): Promise<tfl.LayersModel> {
  const make = await importFactory(path, version);
  let made: unknown;
  try {
    made = await (make as ModelFactory)({ ...options, tf: { ...tfc, ...tfl } });
  } catch (error) {
    throw new InvalidArgumentError(path, 'a function that makes a model', `it threw ${String(error)}`, undefined, {
      cause: error,
    });
  }
  if (made instanceof tfl.LayersModel) return made;
  const looksLikeOne = typeof (made as Partial<tfl.LayersModel> | null)?.predict === 'function';
  const got = looksLikeOne ? 'a model of another copy of TensorFlow.js' : describe(made);
  const hint = looksLikeOne ? 'Take tf from the argument: ({ inputShape, numClasses, tf }) => ...' : undefined;
  throw new InvalidArgumentError(path, 'a function that returns a tf.LayersModel', got, hint);
}

async function importFactory(path: string, version: string): Promise<unknown> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(`${pathToFileURL(path).href}?sha256=${version}`)) as typeof module;
  } catch (error) {
    const isTypeScript = (error as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION';
    const hint = isTypeScript ? 'This version of Node does not run TypeScript: compile the module first' : undefined;
    throw new InvalidArgumentError(path, 'a module that can be imported', String(error), hint, { cause: error });
  }
  if (typeof module.default === 'function') return module.default;
  const wanted = 'a default export ({ inputShape, numClasses }) => tf.LayersModel';
  throw new InvalidArgumentError(path, wanted, module.default === undefined ? 'none' : describe(module.default));
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  const name = value.constructor?.name;
  return typeof value === 'object' ? `an object of class ${name ?? 'unknown'}` : `a ${typeof value}`;
}

import { chooseBackend } from '../backend/node/index.js';
import { ConfigError, randomStream, type RandomStream } from '../core/index.js';
import { classCountsOf } from '../data/index.js';
import { tuneTau } from '../heads/index.js';
import { train, captureState, scoreExamples } from '../train/index.js';
import type { CheckpointStore, ScoredExamples, TrainLogs, TrainState } from '../train/index.js';
import { fileCheckpoints } from '../train/node/index.js';
import { configKeys, resolveConfig, type PartialConfig, type TrainConfig } from './config.js';
import { computeClassifier, type NormTau } from './classifiers.js';
import { loadRunData, streamsOf, type RunData } from './data.js';
import { movedData } from './dataOptions.js';
import { describeEnvironment, type Environment } from './environment.js';
import { openEvents, type RunEvents } from './events.js';
import { checkModelFile, recordModelFile, storedModel } from './modelSource.js';
import { replicasOf, threadsOf, withReplicas } from './replicas.js';
import { headLogs } from './head.js';
import { trainingInputs } from './frozenFeatures.js';
import { linearityOf } from './linearity.js';
import { checkInitial, initialize, type InitialWeights } from './initialize.js';
import { drawRun } from './report/index.js';
import type { RunEvent } from './runEvent.js';
import { RunFolder, type EpochRecord } from './runFolder.js';
import type { RunOutcome, RunReport } from './runReport.js';
import { adjustsPosthoc, pointsOf, score } from './scoring.js';
import { isComputed, type ComputedClassifier } from './secondStage.js';
import { makeTrainee, restoreTrainee, trainedVariables, type Trainee } from './trainee.js';

/** Options of {@link runTraining}. */
export interface RunOptions {
  /** The checked configuration of a new run; on resume it is read from the folder. */
  readonly config: TrainConfig;
  /** The folder to make, or to go on with; default: a new one under `runs/`. */
  readonly out?: string;
  /** Go on with the run in `out`. */
  readonly resume?: boolean;
  /** Told what happens. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Stops the run after the step under way; it can be resumed. */
  readonly signal?: AbortSignal;
}

/**
 * Trains, evaluates and reports one run in its folder.
 *
 * @throws RunFolderError If the folder exists (new run), is missing (resume), in use, or cannot be written.
 * @throws DivergenceError If the loss stops being finite.
 */
export async function runTraining(given: RunOptions): Promise<RunOutcome> {
  const options = { ...given, config: withReplicas(given.config, given.resume) };
  const folder = options.resume ? RunFolder.open(options.out!) : RunFolder.create(options.out, options.config);
  try {
    return await new Run(options, folder).execute();
  } finally {
    folder.unlock();
  }
}

/** The configuration of the run in a folder, with `flags` checked to agree with it; data may have moved. */
export function resumedConfig(
  path: string,
  flags: PartialConfig,
  where = '--resume',
  hint = 'A run goes on as it began: leave the option out, or start a new run with another --out',
): TrainConfig {
  const saved = resolveConfig([{ source: `${path}/config.json`, values: RunFolder.read(path).readConfig() }]);
  const moved = movedData(saved, flags);
  for (const key of configKeys) {
    const wanted = key === 'model' && flags.model !== undefined ? storedModel(flags.model) : flags[key];
    if (
      wanted === undefined ||
      (key === 'replicas' && wanted === 'auto') ||
      key === 'dataDir' ||
      key in moved ||
      JSON.stringify(wanted) === JSON.stringify(saved[key])
    )
      continue;
    throw new ConfigError(where, `${key} ${JSON.stringify(saved[key])} as the run began`, JSON.stringify(wanted), hint);
  }
  return { ...saved, dataDir: flags.dataDir ?? saved.dataDir, ...moved };
}

class Run {
  readonly #random: RandomStream;
  readonly #checkpoints: CheckpointStore;
  #initial: InitialWeights | null = null;
  #normTau: NormTau | null = null;
  #events: RunEvents | null = null;

  constructor(
    readonly options: RunOptions & { readonly config: ReturnType<typeof withReplicas> },
    readonly folder: RunFolder,
  ) {
    this.#random = randomStream(options.config.seed);
    this.#checkpoints = fileCheckpoints(folder.checkpoints);
  }

  async execute(): Promise<RunOutcome> {
    const { config, resume, onEvent, signal } = this.options;
    if (!resume) checkInitial(config);
    const environment = await this.#environment();
    const data = await loadRunData(config, this.#random, {
      ...(signal ? { signal } : {}),
      onProgress: (progress) => onEvent?.({ type: 'download', ...progress }),
      onNote: this.#note,
    });
    const trainee = await makeTrainee(config, data, this.#random);
    try {
      // Not earlier: options and data that cannot be run leave no folder behind.
      const last = await this.#checkpoints.load('last');
      this.#initial = await this.#initialize(trainee, isComputed(config.classifier) ? null : last);
      if (!resume) {
        const modelFile = await recordModelFile(config.model);
        await this.folder.describe(config, { ...environment, modelFile, initial: this.#initial });
      }
      const epochs = await this.folder.cutBack(last?.position.epoch ?? 0);
      this.#events = await openEvents(this.folder.path, epochs, this.#note);
      onEvent?.({
        type: 'start',
        run: this.folder.path,
        environment,
        config,
        data,
        parameters: trainedVariables(trainee).reduce((sum, { size }) => sum + size, 0),
        epoch: epochs.length,
      });
      if (isComputed(config.classifier)) return await this.#compute(config.classifier, data, trainee, environment);
      return await this.#train(data, trainee, environment, [...epochs]);
    } finally {
      this.#events?.close();
      trainee.dispose();
    }
  }

  readonly #note = (message: string): void => this.options.onEvent?.({ type: 'note', message });

  /** Takes the weights of `init`, or those of the checkpoint that training goes on from. */
  async #initialize(trainee: Trainee, last: TrainState | null): Promise<InitialWeights | null> {
    const { config, resume } = this.options;
    const { init } = config;
    const began = resume ? (this.folder.readEnvironment().initial ?? null) : null;
    if (init === null) return null;
    if (last === null) {
      const initial = await initialize({ ...config, init }, trainee.network, began);
      await trainee.sampled?.fromLayer();
      return initial;
    }
    restoreTrainee(trainee, last); // here already: the features of a frozen backbone are made before training begins
    return began;
  }

  /** A resumed run goes on with the backend, threads and precision that it began with, so that its numbers go on too. */
  async #environment(): Promise<Environment> {
    const { config, resume, onEvent } = this.options;
    if (!resume) {
      const computing = { ...threadsOf(config), precision: config.precision };
      return describeEnvironment(await chooseBackend(config.backend, computing), config.seed);
    }
    const began = this.folder.readEnvironment();
    await checkModelFile(this.folder, config.model);
    const threads = began.threads === null ? {} : { threads: began.threads };
    const choice = await chooseBackend(began.backend, { ...threads, precision: began.precision ?? 'float32' });
    const now = await describeEnvironment(choice, config.seed);
    const same = (['tfjs', 'libtensorflow', 'machine'] as const).every((name) => now[name] === began[name]);
    if (!same) {
      onEvent?.({
        type: 'note',
        message: 'the machine or a library has changed since the run began: the last bits may differ',
      });
    }
    return now;
  }

  async #train(data: RunData, trainee: Trainee, environment: Environment, epochs: EpochRecord[]): Promise<RunOutcome> {
    const { config, onEvent, signal } = this.options;
    const steps = Math.floor(data.train.size / config.batchSize);
    let epoch = epochs.length;
    const { classifier, source } = await trainingInputs(config, data, trainee.classifier, signal);
    const result = await train({
      ...trainee,
      classifier,
      data: streamsOf(source, data),
      epochs: config.epochs,
      batchSize: config.batchSize,
      random: this.#random,
      checkpoints: this.#checkpoints,
      ...replicasOf(config),
      ...(config.clipNorm === null ? {} : { clipNorm: config.clipNorm }),
      ...(signal ? { signal } : {}),
      evaluate: async (index) => ({
        ...(await this.#evaluate(index, data, trainee)),
        ...(await headLogs(config, trainee.network)),
      }),
      callbacks: [
        {
          onEpochBegin: (index) => void (epoch = index),
          onBatchEnd: (step, logs) => onEvent?.({ type: 'step', epoch, step: step + 1, steps, loss: logs!['loss']! }),
          onEpochEnd: async (index, logs) => {
            const record = { epoch: index + 1, step: (index + 1) * steps, ...logs };
            this.folder.appendEpoch(record);
            this.#events?.epoch(record);
            epochs.push(record);
            if (data.holdout) await this.#keepBest(epochs, trainee);
            onEvent?.({ type: 'epoch', record });
          },
        },
      ],
    });
    if (result.stopped === 'interrupted') {
      return { stopped: 'interrupted', run: this.folder.path, epoch: result.epochs, step: result.steps };
    }
    return this.#finish(data, trainee, environment, epochs);
  }

  /** A run without steps: its checkpoint has the weights of `init` behind a computed head. */
  async #compute(
    name: ComputedClassifier,
    data: RunData,
    trainee: Trainee,
    environment: Environment,
  ): Promise<RunOutcome> {
    const { config, signal } = this.options;
    const options = { data, normTau: config.normTau, signal };
    this.#normTau = await computeClassifier(name, trainee.classifier, options);
    const position = { epoch: 0, step: 0, stepInEpoch: 0, lossSum: 0 };
    await this.#checkpoints.save('last', await captureState({ ...trainee, random: this.#random }, position));
    return this.#finish(data, trainee, environment, []);
  }

  async #finish(
    data: RunData,
    trainee: Trainee,
    environment: Environment,
    epochs: readonly EpochRecord[],
  ): Promise<RunOutcome> {
    const report = await this.#report(data, trainee, environment, epochs);
    await this.folder.writeReport(report);
    this.#events?.final(report.final, report.epochs);
    await drawRun(this.folder.path, this.#note);
    return { stopped: 'completed', report };
  }

  /** On the hold-out where there is one: it chooses the checkpoint. Else on the test set, to watch, choosing nothing. */
  async #evaluate(index: number, data: RunData, { classifier, teacher, classPrior }: Trainee): Promise<TrainLogs> {
    const { config } = this.options;
    const every = config.evaluateEvery || (data.holdout ? 1 : Math.ceil(config.epochs / 10));
    const isLast = index + 1 === config.epochs;
    if (!isLast && (index + 1) % every !== 0) return {};
    const tau = adjustsPosthoc(config) ? 1 : 0;
    const { raw, posthoc } = await score(teacher ?? classifier, data.holdout ?? data.test, {
      groups: data.groups,
      classPrior,
      tau,
    });
    const split = data.holdout ? 'holdout' : 'test';
    return {
      [`${split}BalancedAccuracy`]: raw.balancedAccuracy,
      [`${split}PosthocBalancedAccuracy`]: posthoc.balancedAccuracy,
      [`${split}Loss`]: raw.nll,
    };
  }

  async #keepBest(epochs: readonly EpochRecord[], trainee: Trainee): Promise<void> {
    if (bestEpoch(epochs) !== epochs.at(-1)) return;
    const { epoch, step } = epochs.at(-1)!;
    const position = { epoch, step, stepInEpoch: 0, lossSum: 0 };
    await this.#checkpoints.save('best', await captureState({ ...trainee, random: this.#random }, position));
  }

  async #report(
    data: RunData,
    trainee: Trainee,
    environment: Environment,
    epochs: readonly EpochRecord[],
  ): Promise<RunReport> {
    const { config } = this.options;
    const { classifier, classPrior } = trainee;
    const best = data.holdout ? await this.#checkpoints.load('best') : null;
    if (best) restoreTrainee(trainee, best);
    else trainee.teacher?.overwriteStudent();
    const { tau, tauFrom } = await posthocTau(config, data, trainee);
    return {
      run: this.folder.path,
      backend: environment.backend,
      dataset: data.name,
      model: config.model,
      loss: config.loss,
      tau: config.tau,
      classifier: config.classifier,
      normTau: this.#normTau,
      init: this.#initial,
      seed: config.seed,
      epochs: epochs.length,
      imagesPerSecond: median(epochs.map((record) => record['imagesPerSecond'] as number)),
      classCounts: [...data.classCounts],
      poolCounts: config.subset === null ? null : [...classCountsOf(data.pool!.labels, data.classNames.length)],
      classNames: data.classNames,
      chosenBy: {
        checkpoint: best
          ? { name: 'best', epoch: best.position.epoch, split: 'holdout' }
          : { name: 'last', epoch: epochs.length, split: 'none' },
        tau: tauFrom,
      },
      linearity: config.linearity
        ? await linearityOf(trainee.network, data.test, randomStream(0).child('linearity'))
        : null,
      final: await score(classifier, data.test, {
        groups: data.groups,
        points: pointsOf(data, 'test'),
        classPrior,
        tau,
        signal: this.options.signal,
      }),
    };
  }
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Tau of the post-hoc scores of a run, and what chose it; `held` are the scores of the hold-out, where they are there already. */
export async function posthocTau(
  config: TrainConfig,
  data: RunData,
  { classifier, classPrior }: Trainee,
  held?: ScoredExamples | null,
): Promise<{ tau: number; tauFrom: 'fixed' | 'holdout' }> {
  if (!adjustsPosthoc(config)) return { tau: 0, tauFrom: 'fixed' };
  if (data.holdout === null) return { tau: 1, tauFrom: 'fixed' };
  const { logits, labels } = held ?? (await scoreExamples(classifier, data.holdout));
  return { tau: (await tuneTau(labels, logits, { classPrior })).tau, tauFrom: 'holdout' };
}

/** The first epoch with the highest balanced accuracy on the hold-out. */
function bestEpoch(epochs: readonly EpochRecord[]): EpochRecord | undefined {
  const value = (record: EpochRecord): number => (record['holdoutBalancedAccuracy'] as number | undefined) ?? -1;
  return epochs.reduce<EpochRecord | undefined>(
    (best, record) => (value(record) > (best ? value(best) : -1) ? record : best),
    undefined,
  );
}

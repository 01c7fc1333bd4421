import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { RunFolder, type Holder } from '../runFolder.js';
import type { SweepCell } from './cells.js';
import { runProcess, type RunProcessOptions } from './runProcess.js';
import type { SweepFolder } from './sweepFolder.js';

/** What happens during a sweep, for whoever shows it. */
export type SweepEvent =
  /** A run begins, or goes on after some epochs. */
  | { readonly type: 'start'; readonly cell: SweepCell; readonly epochs: number }
  /** A run waits for another process that works on it. */
  | { readonly type: 'held'; readonly cell: SweepCell; readonly holder: Holder }
  /** A run ended; `failure` is `null` for one that finished. */
  | { readonly type: 'end'; readonly cell: SweepCell; readonly failure: string | null }
  /** A run was told to stop and can go on later. */
  | { readonly type: 'stop'; readonly cell: SweepCell };

/** Options of {@link runSweep}. */
export interface SweepOptions extends Pick<RunProcessOptions, 'command' | 'signal'> {
  /** Where the sweep lies. */
  readonly folder: SweepFolder;
  /** The runs to do: all of the folder, or a shard. */
  readonly cells: readonly SweepCell[];
  /** Processes side by side. */
  readonly jobs: number;
  /** Told what happens. */
  readonly onEvent?: (event: SweepEvent) => void;
}

/** Time between two looks at a run that another process works on. */
const POLL_MS = 500;

/** Exit code of a run that was told to stop: that of SIGTERM. */
const STOPPED = 143;

/**
 * Does the runs of a sweep that are not finished, each in a process of its own; one that fails stops no other.
 *
 * @returns The runs that failed.
 * @throws ConfigError Before any run starts, if the folder of a run holds another run.
 */
export async function runSweep(options: SweepOptions): Promise<SweepCell[]> {
  for (const cell of options.cells) options.folder.checkRun(cell);
  const broken = new AbortController(); // the sweep itself cannot go on, as on a full disk: its runs stop with it
  const signal = AbortSignal.any([broken.signal, ...(options.signal ? [options.signal] : [])]);
  const queue = new Queue({ ...options, signal });
  const workers = Array.from({ length: options.jobs }, () =>
    work({ ...options, signal }, queue).catch((error: unknown) => {
      broken.abort();
      throw error;
    }),
  );
  for (const result of await Promise.allSettled(workers)) if (result.status === 'rejected') throw result.reason;
  return options.cells.filter((cell) => queue.failed.has(cell));
}

/** Takes runs until there are none left. */
async function work(options: SweepOptions, queue: Queue): Promise<void> {
  for (let cell = await queue.next(); cell !== null; cell = await queue.next()) await execute(cell, options, queue);
}

async function execute(cell: SweepCell, options: SweepOptions, queue: Queue): Promise<void> {
  const { folder, command, signal, onEvent } = options;
  const isFinished = (): boolean => folder.stateOf(cell).status === 'finished';
  if (isFinished()) return onEvent?.({ type: 'end', cell, failure: null }); // by another process, meanwhile
  const start = queue.startOf(cell);
  if (start && queue.failed.has(start)) return queue.fail(cell, `${start.name}, which it starts from, failed`);
  folder.forgetFailure(cell);
  onEvent?.({ type: 'start', cell, epochs: folder.epochsOf(cell) });
  const config = await folder.writeConfig(cell);
  if (signal?.aborted) return onEvent?.({ type: 'stop', cell });
  const run = folder.runOf(cell);
  const { code, failure } = await runProcess({ command, config, run, log: folder.logOf(cell), signal });
  if (isFinished()) return onEvent?.({ type: 'end', cell, failure: null });
  if (signal?.aborted && code === STOPPED) return onEvent?.({ type: 'stop', cell });
  if (RunFolder.holder(run) !== null) return queue.putBack(cell); // another sweep was quicker with this run
  await queue.fail(cell, failure ?? 'it ended without a report');
}

/** The runs still to do. */
class Queue {
  readonly failed = new Set<SweepCell>();
  readonly #waiting: SweepCell[];
  readonly #announced = new Set<SweepCell>();

  constructor(readonly options: SweepOptions) {
    this.#waiting = options.cells.filter((cell) => options.folder.stateOf(cell).status !== 'finished');
  }

  /** The next run that can start; waits where there is none yet; `null` when there are no more. */
  async next(): Promise<SweepCell | null> {
    const { signal } = this.options;
    while (this.#waiting.length > 0 && !signal?.aborted) {
      const free = this.#waiting.findIndex((cell) => this.#canStart(cell));
      if (free >= 0) return this.#waiting.splice(free, 1)[0]!;
      if (await this.#giveUpOne()) continue;
      this.#announce();
      await wait(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
    return null;
  }

  putBack(cell: SweepCell): void {
    this.#waiting.push(cell);
  }

  async fail(cell: SweepCell, failure: string): Promise<void> {
    this.failed.add(cell);
    await this.options.folder.recordFailure(cell, failure);
    this.options.onEvent?.({ type: 'end', cell, failure });
  }

  /** The run whose weights a run starts from. */
  startOf({ after }: SweepCell): SweepCell | undefined {
    return after === null ? undefined : this.options.cells.find(({ name }) => name === after);
  }

  #holderOf(cell: SweepCell): Holder | null {
    return RunFolder.holder(this.options.folder.runOf(cell));
  }

  /** A run without the weights that it starts from waits for them, and fails on its own where they never come. */
  #canStart(cell: SweepCell): boolean {
    const start = this.startOf(cell);
    if (start && !this.failed.has(start) && this.options.folder.stateOf(start).status !== 'finished') return false;
    return this.#holderOf(cell) === null;
  }

  /** Fails a run that waits for something that may never come; whether there was one. */
  async #giveUpOne(): Promise<boolean> {
    for (const [k, cell] of this.#waiting.entries()) {
      const holder = this.#holderOf(cell);
      // A process on another machine cannot be asked whether it lives.
      if (holder === null || holder.host === hostname()) continue;
      this.#waiting.splice(k, 1);
      const lock = join(this.options.folder.runOf(cell), 'lock.json');
      await this.fail(cell, `process ${holder.pid} on ${holder.host} is at work there; if it is gone, delete ${lock}`);
      return true;
    }
    return false;
  }

  #announce(): void {
    for (const cell of this.#waiting) {
      const holder = this.#holderOf(cell);
      if (holder === null || this.#announced.has(cell)) continue;
      this.#announced.add(cell);
      this.options.onEvent?.({ type: 'held', cell, holder });
    }
  }
}

import { SingleBar } from 'cli-progress';
import type { SweepCell, SweepEvent, SweepFolder } from '../experiment/index.js';
import { isFancy, percent, printProgress } from './output.js';
import { duration } from './progress.js';

/** Columns beside the bar itself. */
const TEXT_WIDTH = 52;
const REDRAW_MS = 1000;

/** Shows a sweep on stderr: a line as a run begins and ends, and on a terminal a bar below them. */
export function sweepProgress(
  folder: SweepFolder,
  cells: readonly SweepCell[],
  jobs: number,
): { readonly onEvent: (event: SweepEvent) => void; readonly stop: () => void } {
  const tally = new Tally(folder, cells);
  const bar = isFancy(process.stderr) ? new SingleBar(barOptions(process.stderr.columns)) : null;
  const draw = (): void => {
    if (bar === null) return;
    const { epochs, done, ...rest } = tally.count();
    if (bar.isActive) bar.update(done, rest);
    else bar.start(epochs, done, rest);
  };
  const say = (line: string): void => {
    if (bar?.isActive) bar.stop();
    printProgress(line);
    draw();
  };
  const timer = bar && setInterval(draw, REDRAW_MS);
  say(`sweep  ${folder.path}: ${cells.length} run(s), ${tally.finished} of them finished; ${jobs} at a time`);
  return {
    onEvent(event) {
      tally.note(event);
      say(lineOf(event, folder));
    },
    stop() {
      if (timer) clearInterval(timer);
      bar?.stop();
    },
  };
}

function barOptions(columns: number) {
  return {
    format: '[{bar}] {finished}/{runs} runs  {running} running  {left} left',
    barsize: Math.max(4, Math.min(40, columns - TEXT_WIDTH)),
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  };
}

function lineOf(event: SweepEvent, folder: SweepFolder): string {
  const { name } = event.cell;
  switch (event.type) {
    case 'start':
      return event.epochs === 0 ? `start  ${name}` : `start  ${name}, going on after epoch ${event.epochs}`;
    case 'stop':
      return `stop   ${name}`;
    case 'held': {
      const { pid, host } = event.holder;
      return `wait   ${name}: process ${pid} on ${host} works on it`;
    }
    case 'end':
      return event.failure === null
        ? `done   ${name}${scoresOf(event.cell, folder)}`
        : `FAILED ${name}: ${event.failure}`;
  }
}

function scoresOf(cell: SweepCell, folder: SweepFolder): string {
  const state = folder.stateOf(cell);
  if (state.status !== 'finished') return '';
  const { raw, posthoc } = state.report.final;
  const adjusted = posthoc.tau === 0 ? '' : `, post-hoc ${percent(posthoc.balancedAccuracy)}`;
  return `: balanced accuracy ${percent(raw.balancedAccuracy)}${adjusted}`;
}

/** Epochs done and to do, the unit of the time left: runs of one sweep are much alike. */
class Tally {
  readonly #began = performance.now();
  readonly #running = new Set<SweepCell>();
  readonly #done: Map<SweepCell, number>;
  readonly #before: number;
  finished: number;

  constructor(
    readonly folder: SweepFolder,
    readonly cells: readonly SweepCell[],
  ) {
    const isFinished = (cell: SweepCell): boolean => folder.stateOf(cell).status === 'finished';
    this.finished = cells.filter(isFinished).length;
    this.#done = new Map(cells.map((cell) => [cell, isFinished(cell) ? cell.config.epochs : folder.epochsOf(cell)]));
    this.#before = this.#sum();
  }

  note({ type, cell, ...event }: SweepEvent): void {
    if (type === 'start') this.#running.add(cell);
    else this.#running.delete(cell);
    if (type !== 'end') return;
    this.#done.set(cell, cell.config.epochs); // of a failed run nothing is left to do either
    if ('failure' in event && event.failure === null) this.finished += 1;
  }

  /** What the bar shows. */
  count() {
    for (const cell of this.#running) this.#done.set(cell, this.folder.epochsOf(cell));
    const epochs = this.cells.reduce((total, { config }) => total + config.epochs, 0);
    const done = this.#sum();
    const pace = (done - this.#before) / (performance.now() - this.#began);
    const left = pace > 0 ? duration((epochs - done) / pace / 1000) : '?';
    return { epochs, done, left, finished: this.finished, runs: this.cells.length, running: this.#running.size };
  }

  #sum(): number {
    return [...this.#done.values()].reduce((total, epochs) => total + epochs, 0);
  }
}

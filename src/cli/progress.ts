import { SingleBar } from 'cli-progress';
import type { RunEvent } from '../experiment/index.js';
import { downloadLines } from './downloadLines.js';
import { isFancy, percent, printProgress } from './output.js';

/** Seconds between lines inside an epoch where there is no terminal to redraw. */
const LINE_INTERVAL_S = 30;

/** Shows a run on stderr: a bar on a terminal, plain lines elsewhere. */
export function runProgress(): { readonly onEvent: (event: RunEvent) => void; readonly stop: () => void } {
  const bar = isFancy(process.stderr) ? new SingleBar(barOptions) : null;
  const clock = new Clock();
  let epochs = 0;
  let batchSize = 0;
  const say = (line: string): void => {
    if (bar?.isActive) bar.stop();
    printProgress(line);
  };
  const showDownload = downloadLines(say);
  const onEvent = (event: RunEvent): void => {
    switch (event.type) {
      case 'note':
        return say(`note: ${event.message}`);
      case 'download':
        return showDownload(event);
      case 'start':
        ({ epochs, batchSize } = event.config);
        clock.start(epochs - event.epoch);
        return describeRun(event).forEach(say);
      case 'step': {
        const done = clock.step(event.steps, batchSize);
        if (bar === null) {
          if (clock.isLineDue()) say(stepLine(event, epochs, done));
          return;
        }
        if (!bar.isActive) bar.start(event.steps, event.step);
        return bar.update(event.step, { epoch: event.epoch + 1, epochs, loss: event.loss.toFixed(3), ...done });
      }
      case 'epoch':
        return say(epochLine(event.record, epochs));
    }
  };
  return { onEvent, stop: () => bar?.stop() };
}

const barOptions = {
  format: 'epoch {epoch}/{epochs} [{bar}] {value}/{total}  loss {loss}  {speed} images/s  {left} left',
  stream: process.stderr,
  hideCursor: true,
  clearOnComplete: true,
  stopOnComplete: true,
};

/** Speed and time left, from the steps seen since training began in this process. */
class Clock {
  #began = 0;
  #lastLine = 0;
  #steps = 0;
  #epochsLeft = 0;

  start(epochsLeft: number): void {
    this.#began = this.#lastLine = performance.now();
    this.#epochsLeft = epochsLeft;
  }

  step(stepsPerEpoch: number, batchSize: number): { speed: string; left: string } {
    this.#steps += 1;
    const seconds = (performance.now() - this.#began) / 1000;
    const left = (seconds / this.#steps) * Math.max(0, this.#epochsLeft * stepsPerEpoch - this.#steps);
    return { speed: ((this.#steps * batchSize) / seconds).toFixed(0), left: duration(left) };
  }

  isLineDue(): boolean {
    const now = performance.now();
    if (now - this.#lastLine < 1000 * LINE_INTERVAL_S) return false;
    this.#lastLine = now;
    return true;
  }
}

/** A span of time for people. */
export function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

function describeRun({
  run,
  environment,
  config,
  data,
  parameters,
  epoch,
}: Extract<RunEvent, { type: 'start' }>): string[] {
  const { classCounts, inputShape } = data;
  const what = inputShape.length === 3 ? 'images' : 'examples';
  const replicas = Number(config.replicas) > 1 ? `, ${config.replicas} replicas` : '';
  const threads = environment.threads === null ? '' : `, ${environment.threads} thread(s)${replicas && ' each'}`;
  const few =
    data.unlabelled === null ? '' : `${classCounts.reduce((sum, count) => sum + count, 0)} of them labelled, `;
  const sizes = `${few}${classCounts.length} classes of ${Math.max(...classCounts)} to ${Math.min(...classCounts)}`;
  return [
    `backend  ${environment.backend}${replicas}${threads}: ${environment.backendReason}`,
    `data     ${data.name}: ${data.train.size} training ${what}, ${sizes}; ${data.test.size} test ${what}`,
    `model    ${config.model}, ${parameters.toLocaleString('en')} parameters; loss ${config.loss}`,
    `run      ${run}${epoch > 0 ? `, going on after epoch ${epoch}` : ''}`,
  ];
}

function stepLine(
  event: Extract<RunEvent, { type: 'step' }>,
  epochs: number,
  done: { speed: string; left: string },
): string {
  const { epoch, step, steps, loss } = event;
  return `epoch ${epoch + 1}/${epochs}  step ${step}/${steps}  loss ${loss.toFixed(3)}  ${done.speed} images/s  ${done.left} left`;
}

function epochLine(record: Readonly<Record<string, unknown>>, epochs: number): string {
  const number = (name: string): number | undefined => record[name] as number | undefined;
  const scored = (['holdout', 'test'] as const).flatMap((split) => {
    const raw = number(`${split}BalancedAccuracy`);
    const posthoc = number(`${split}PosthocBalancedAccuracy`);
    if (raw === undefined) return [];
    const adjusted = posthoc === raw ? '' : `, post-hoc ${percent(posthoc ?? null)}`;
    return [`${split} balanced accuracy ${percent(raw)}${adjusted}`];
  });
  const speed = `${number('imagesPerSecond')!.toFixed(0)} images/s`;
  return [`epoch ${record['epoch'] as number}/${epochs}`, `loss ${number('loss')!.toFixed(4)}`, speed, ...scored].join(
    '  ',
  );
}

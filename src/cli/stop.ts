import { constants } from 'node:os';

/** Turns Ctrl-C and SIGTERM into an abort signal. */
export interface Stop {
  readonly signal: AbortSignal;
  /** 130 or 143 once a signal came. */
  exitCode(): number | undefined;
  dispose(): void;
}

/** The first signal lets the command finish its step and write a checkpoint; a second one ends the process at once. */
export function listenForStop(): Stop {
  const controller = new AbortController();
  let code: number | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    const now = 128 + constants.signals[name];
    if (code !== undefined) process.exit(now);
    code = now;
    controller.abort(new Error(`stopped by ${name}`));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  };
}

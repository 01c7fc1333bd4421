import { constants } from 'node:os';

/** Turns Ctrl-C and SIGTERM into an abort signal. */
export interface Stop {
  readonly signal: AbortSignal;
  /** 130 or 143 once a signal came. */
  exitCode(): number | undefined;
  dispose(): void;
}

/**
 * The first signal lets the command finish its step and write a checkpoint; a second one ends the process at once.
 *
 * A run of a sweep has a channel to it instead of an impatient user: the loss of the channel, when the sweep stops or is
 * killed, counts as SIGTERM, and more signals change nothing, because a scheduler sends its own to every process.
 */
export function listenForStop(): Stop {
  const controller = new AbortController();
  const isOfSweep = process.connected !== undefined;
  let code: number | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    const now = 128 + constants.signals[name];
    if (code !== undefined) return isOfSweep ? undefined : process.exit(now);
    code = now;
    controller.abort(new Error(`stopped by ${name}`));
  };
  const onDisconnect = (): void => onSignal('SIGTERM');
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('disconnect', onDisconnect);
  process.channel?.unref(); // it must not keep a finished command alive
  if (process.connected === false) onDisconnect(); // lost before anybody listened
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal).off('disconnect', onDisconnect),
  };
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../core/index.js';
import {
  configKeys,
  inheritInitial,
  loadConfigLayer,
  resolveConfig,
  resumedConfig,
  RunFolder,
  runTraining,
  type RunReport,
  type TrainConfig,
} from '../experiment/index.js';
import { classifierText } from './classifierText.js';
import type { Invocation } from './command.js';
import { printProgress, printResult } from './output.js';
import { runProgress } from './progress.js';
import { scoreTable } from './scoreTable.js';

/** `longtail train`. */
export async function runTrain({ args, options, signal }: Invocation): Promise<void> {
  const { resume, out } = destination(options);
  const config = configuration(args[0], options, resume ? out! : null);
  const progress = runProgress();
  try {
    const outcome = await runTraining({
      config,
      resume,
      signal,
      onEvent: progress.onEvent,
      ...(out === undefined ? {} : { out }),
    });
    progress.stop();
    if (outcome.stopped === 'interrupted') {
      const { epoch, step, run } = outcome;
      return printProgress(
        `stopped after ${epoch} epochs and ${step} steps; go on with: longtail train --resume ${run}`,
      );
    }
    printResult(options['json'] === true, outcome.report, () => describe(outcome.report));
  } finally {
    progress.stop();
  }
}

/** `--resume RUN` goes on with RUN; `--out RUN --resume` does so if RUN exists and begins it otherwise. */
function destination({ resume, out }: Invocation['options']): { resume: boolean; out: string | undefined } {
  if (typeof resume === 'string') {
    if (out !== undefined && out !== resume) {
      throw new ConfigError('train', 'one folder', `--out ${String(out)} and --resume ${resume}`, 'Leave out --out');
    }
    return { resume: true, out: resume };
  }
  if (resume === true && out === undefined) {
    throw new ConfigError('train', 'the folder of the run to go on with', 'none', 'Write --resume RUN');
  }
  return { resume: resume === true && RunFolder.holdsRun(out as string), out: out as string | undefined };
}

function configuration(
  positional: string | undefined,
  options: Invocation['options'],
  run: string | null,
): TrainConfig {
  const flags = Object.fromEntries(Object.entries(options).filter(([name]) => (configKeys as string[]).includes(name)));
  const named = positional ?? (options['preset'] as string | undefined);
  if (positional !== undefined && options['preset'] !== undefined) {
    throw new ConfigError('train', 'one preset', `${positional} and --preset ${String(options['preset'])}`);
  }
  const layers = inheritInitial([
    ...(named === undefined ? [] : [loadConfigLayer(named)]),
    { source: 'command line', values: flags },
  ]);
  if (run === null) return resolveConfig(layers);
  // A preset stands for all options of the run; flags alone for themselves.
  return resumedConfig(run, named === undefined ? flags : resolveConfig(layers));
}

/** What became of the head of another run. */
function headLine({ init, classifier, normTau }: RunReport): string[] {
  if (init === null) return [];
  const from = `from ${init.run} (${init.checkpoint}, epoch ${init.epoch})`;
  return [`classifier  ${classifierText(classifier, normTau)}, ${from}`];
}

function describe(report: RunReport): string {
  const { imagesPerSecond } = report;
  const page = join(report.run, 'report.html');
  const { checkpoint, tau } = report.chosenBy;
  const chosen =
    checkpoint.split === 'none'
      ? `last epoch (${checkpoint.epoch}); no split chose anything`
      : `epoch ${checkpoint.epoch}, chosen on the hold-out${tau === 'holdout' ? ', and so was tau' : ''}`;
  return [
    scoreTable(report.final),
    ...(report.epochs === 0 ? [] : [`checkpoint  ${chosen}`]),
    ...headLine(report),
    ...(imagesPerSecond === null ? [] : [`training    ${imagesPerSecond.toFixed(0)} images/s on ${report.backend}`]),
    `run         ${report.run}`,
    ...(existsSync(page) ? [`to look at  ${page}`] : []),
  ].join('\n');
}

import { checkNumber, ConfigError } from '../core/index.js';
import {
  evaluateRun,
  evaluateScores,
  readNumberList,
  type TargetPrior,
  type WantedPrior,
} from '../experiment/index.js';
import { classifierText } from './classifierText.js';
import { kebabCase, type Invocation } from './command.js';
import { downloadLines } from './downloadLines.js';
import { printProgress, printResult } from './output.js';
import { scoreTable } from './scoreTable.js';

/** `longtail evaluate RUN`, or `longtail evaluate --scores S.npy --labels y.npy`. */
export async function runEvaluate(invocation: Invocation): Promise<void> {
  const { args, options } = invocation;
  if (options['tau'] !== undefined) checkNumber('evaluate', '--tau', options['tau'], { min: 0 });
  if (options['normTau'] !== undefined) checkNumber('evaluate', '--norm-tau', options['normTau'], { min: 0 });
  const wanted = options['targetPrior'] as string | undefined;
  const targetPrior =
    wanted === undefined || wanted === 'estimate' ? wanted : await readNumberList('--target-prior', wanted);
  if ((args[0] === undefined) === (options['scores'] === undefined)) {
    const got = args[0] === undefined ? 'neither' : 'both';
    throw new ConfigError('evaluate', 'either the folder of a run, or --scores with --labels', got);
  }
  return args[0] === undefined ? ofScores(invocation, targetPrior) : ofRun(invocation, args[0], targetPrior);
}

async function ofRun(
  { options, signal }: Invocation,
  run: string,
  targetPrior: WantedPrior | undefined,
): Promise<void> {
  refuse(options, '--scores', 'a run', ['classCounts', 'holdoutScores', 'holdoutLabels']);
  const { json, ...rest } = options;
  const result = await evaluateRun({
    ...(rest as Omit<Parameters<typeof evaluateRun>[0], 'run' | 'targetPrior' | 'signal' | 'onProgress'>),
    run,
    signal,
    onProgress: downloadLines(),
    ...(targetPrior === undefined ? {} : { targetPrior }),
  });
  printResult(json === true, result, () => {
    const { checkpoint, split, dataset, backend, classifier } = result;
    const where = `checkpoint ${checkpoint.name} of epoch ${checkpoint.epoch}, ${split} examples of ${dataset}, ${backend}`;
    const computed = classifier && `classifier ${classifierText(classifier.name, classifier.normTau)}`;
    const lines = [scoreTable({ ...result, details: true }), where, ...(computed ? [computed] : [])];
    return [...lines, ...priorLines(result.targetPrior)].join('\n');
  });
}

async function ofScores({ options }: Invocation, targetPrior: WantedPrior | undefined): Promise<void> {
  const own = ['scores', 'labels', 'classCounts', 'holdoutScores', 'holdoutLabels', 'tau', 'targetPrior', 'json'];
  refuse(
    options,
    'a run',
    '--scores',
    Object.keys(options).filter((name) => !own.includes(name)),
  );
  const { scores, labels, holdoutScores, holdoutLabels, classCounts, tau, json } = options as Record<string, string>;
  if (labels === undefined) throw new ConfigError('evaluate', '--labels with --scores', 'none');
  if ((holdoutScores === undefined) !== (holdoutLabels === undefined)) {
    const got = holdoutScores === undefined ? '--holdout-labels alone' : '--holdout-scores alone';
    throw new ConfigError('evaluate', '--holdout-scores and --holdout-labels together', got);
  }
  const result = await evaluateScores({
    scores: scores!,
    labels,
    ...(classCounts === undefined ? {} : { classCounts: await readNumberList('--class-counts', classCounts) }),
    ...(tau === undefined ? {} : { tau: Number(tau) }),
    ...(holdoutScores === undefined ? {} : { holdout: { scores: holdoutScores, labels: holdoutLabels! } }),
    ...(targetPrior === undefined ? {} : { targetPrior }),
    onWarning: (message) => printProgress(`longtail: warning: ${message}`),
  });
  printResult(Boolean(json), result, () => {
    const { raw, classCounts, chosenBy } = result;
    const unknown = 'post-hoc scores and groups need the training counts: --class-counts';
    const tuned = chosenBy.tau === 'holdout' ? ', tau chosen on the hold-out' : '';
    const about = `${raw.examples} examples of ${result.numClasses} classes${tuned}`;
    const lines = [scoreTable({ ...result, details: true }), about, ...(classCounts === null ? [unknown] : [])];
    return [...lines, ...priorLines(result.targetPrior)].join('\n');
  });
}

/** Options that belong to the other form of the command would be passed over in silence. */
function refuse(options: Invocation['options'], needed: string, got: string, names: readonly string[]): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given !== undefined) throw new ConfigError('evaluate', `--${kebabCase(given)} only with ${needed}`, got);
}

function priorLines(target: TargetPrior | null): string[] {
  if (target === null) return [];
  const shown = target.prior.slice(0, 10).map((share) => share.toFixed(4));
  const rest = target.prior.length > 10 ? ` and ${target.prior.length - 10} more` : '';
  const how = target.estimated && (target.estimated.converged ? ', estimated' : ', estimated, not converged');
  return [`target prior${how ?? ''}: ${shown.join(' ')}${rest}`];
}

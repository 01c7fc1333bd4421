import { checkNumber } from '../core/index.js';
import { evaluateRun } from '../experiment/index.js';
import type { Invocation } from './command.js';
import { downloadLines } from './downloadLines.js';
import { printResult } from './output.js';
import { scoreTable } from './scoreTable.js';

/** `longtail evaluate RUN`. */
export async function runEvaluate({ args, options, signal }: Invocation): Promise<void> {
  const { json, tau, ...rest } = options;
  if (tau !== undefined) checkNumber('evaluate', '--tau', tau, { min: 0 });
  const result = await evaluateRun({
    run: args[0]!,
    signal,
    onProgress: downloadLines(),
    ...(tau === undefined ? {} : { tau: tau as number }),
    ...(rest as Omit<Parameters<typeof evaluateRun>[0], 'run' | 'tau' | 'signal' | 'onProgress'>),
  });
  printResult(json === true, result, () => {
    const { checkpoint, split, dataset, backend } = result;
    const where = `checkpoint ${checkpoint.name} of epoch ${checkpoint.epoch}, ${split} examples of ${dataset}, ${backend}`;
    return `${scoreTable(result)}\n${where}`;
  });
}

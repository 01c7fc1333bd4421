import { writeReport } from '../experiment/index.js';
import type { Invocation } from './command.js';
import { printResult } from './output.js';

/** `longtail report RUN...`. */
export async function runReport({ args, options }: Invocation): Promise<void> {
  const result = await writeReport(args as string[], (options['out'] as string | undefined) ?? 'report.html');
  printResult(options['json'] === true, result, () => {
    const { report, runs, finished } = result;
    const open = finished === runs ? '' : `, ${runs - finished} of them not finished`;
    return `${report}: ${runs} run${runs === 1 ? '' : 's'}${open}`;
  });
}

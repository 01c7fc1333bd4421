import { SingleBar } from 'cli-progress';
import { ConfigError } from '../core/index.js';
import { selectItems, type SelectionSummary } from '../experiment/index.js';
import type { Invocation } from './command.js';
import { downloadLines } from './downloadLines.js';
import { isFancy, percent, printProgress, printResult } from './output.js';

type Options = Parameters<typeof selectItems>[0];

/** `longtail select [RUN] --budget K --out DIR`. */
export async function runSelect({ args, options, signal }: Invocation): Promise<void> {
  const { json, out, budget, caps, ...rest } = options;
  if (out === undefined) throw new ConfigError('select', '--out DIR, the folder to make', 'none');
  if (budget === undefined) throw new ConfigError('select', '--budget, a number of items or a share below 1', 'none');
  const progress = stageProgress();
  try {
    const summary = await selectItems({
      ...(rest as Omit<Options, 'run' | 'out' | 'budget' | 'caps' | 'signal'>),
      ...(args[0] === undefined ? {} : { run: args[0] }),
      ...(caps === undefined ? {} : { caps: capRule(caps as string) }),
      out: out as string,
      budget: budget as number,
      signal,
      onProgress: downloadLines(),
      onSelection: progress.onSelection,
    });
    progress.stop();
    printResult(json === true, summary, () => describe(summary));
  } finally {
    progress.stop();
  }
}

function capRule(text: string): NonNullable<Options['caps']> {
  if (text === 'uniform' || text === 'water-level') return text;
  const cap = Number(text);
  if (Number.isInteger(cap) && cap >= 0 && text.trim() !== '') return cap;
  throw new ConfigError('select', '--caps to be water-level, uniform or a number of items', text);
}

const stages = { features: 'features', neighbors: 'neighbours', selection: 'selection' } as const;

/** A bar a stage on a terminal, a line a stage elsewhere. */
function stageProgress(): { readonly onSelection: NonNullable<Options['onSelection']>; readonly stop: () => void } {
  let bar: SingleBar | null = null;
  let stage = '';
  const stop = (): void => {
    bar?.stop();
    bar = null;
  };
  return {
    stop,
    onSelection({ stage: now, done, total }) {
      if (now !== stage) {
        stop();
        stage = now;
        if (!isFancy(process.stderr)) printProgress(`${stages[now]}...`);
        else {
          const format = `${stages[now].padEnd(10)} [{bar}] {percentage}%  {eta_formatted} left`;
          bar = new SingleBar({ format, stream: process.stderr, hideCursor: true, clearOnComplete: true });
          bar.start(total, done);
        }
      }
      bar?.update(done);
    },
  };
}

function describe(summary: SelectionSummary): string {
  const { pool, selected, budget, stopped, method, balance, guarantee, feasibility, classes, seconds } = summary;
  const { factor, holds, because } = guarantee;
  const rarest = [...classes.pool.keys()]
    .filter((y) => classes.pool[y]! > 0)
    .sort((a, b) => classes.pool[a]! - classes.pool[b]!)
    .slice(0, 3)
    .map((y) => `${classes.names[y]} ${classes.selected[y]} of ${classes.pool[y]}`);
  const why = selected === budget ? '' : `, not ${budget} (${stopped}): ${feasibility.because}`;
  const time = `features ${seconds.features.toFixed(1)} s, selection ${seconds.selection.toFixed(1)} s`;
  return [
    `pool        ${pool.name}: ${pool.size} examples`,
    `selected    ${selected}, ${percent(selected / pool.size)} %${why}`,
    `by          ${method}${balance === 'none' ? '' : `, balanced by ${balance}`}`,
    `guarantee   ${holds && factor !== null ? `${factor.toFixed(3)} of the best value: ` : 'none: '}${because}`,
    `rarest      ${rarest.join(', ')} (as predicted)`,
    `took        ${time}`,
    `selection   ${summary.selection}`,
    `train on it longtail train --subset ${summary.selection}`,
    `to look at  ${summary.selection}/report.html`,
  ].join('\n');
}

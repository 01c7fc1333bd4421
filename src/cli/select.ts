import { SingleBar } from 'cli-progress';
import { ConfigError } from '../core/index.js';
import {
  mergeShardItems,
  parseShard,
  selectItems,
  selectShardItems,
  type SelectionSummary,
  type ShardSummary,
} from '../experiment/index.js';
import { kebabCase, type Invocation } from './command.js';
import { downloadLines } from './downloadLines.js';
import { isFancy, percent, printProgress, printResult } from './output.js';

type Options = Parameters<typeof selectItems>[0];

/** `longtail select [RUN] --budget K --out DIR`, in one go or in shards. */
export async function runSelect(invocation: Invocation): Promise<void> {
  const { out, json, merge, shard } = invocation.options;
  if (out === undefined) throw new ConfigError('select', '--out DIR, the folder to make', 'none');
  const progress = stageProgress();
  try {
    if (merge === true) {
      const summary = await mergeShardItems({ ...mergeOptions(invocation), ...progress });
      progress.stop();
      return printResult(json === true, summary, () => describe(summary));
    }
    const options = { ...selectOptions(invocation), ...progress };
    if (shard === undefined) {
      const summary = await selectItems(options);
      progress.stop();
      return printResult(json === true, summary, () => describe(summary));
    }
    const summary = await selectShardItems({ ...options, shard: parseShard('select', shard as string) });
    progress.stop();
    printResult(json === true, summary, () => describeShard(summary, out as string));
  } finally {
    progress.stop();
  }
}

function selectOptions({ args, options, signal }: Invocation): Options {
  const { budget, caps, boundaryCaps, ...rest } = options;
  if (budget === undefined) throw new ConfigError('select', '--budget, a number of items or a share below 1', 'none');
  return {
    ...(rest as Pick<Options, 'out'>),
    ...(args[0] === undefined ? {} : { run: args[0] }),
    ...(caps === undefined ? {} : { caps: capRule('caps', caps as string) }),
    ...(boundaryCaps === undefined ? {} : { boundaryCaps: capRule('boundary-caps', boundaryCaps as string) }),
    budget: budget as number,
    ...(signal && { signal }),
    onProgress: downloadLines(),
  };
}

/** All else stands in the shards. */
function mergeOptions({ args, options, signal }: Invocation): Parameters<typeof mergeShardItems>[0] {
  const { out, backend, ...rest } = options;
  const other = Object.keys(rest).find((name) => !['json', 'merge'].includes(name));
  if (args[0] !== undefined || other !== undefined) {
    const got = args[0] ?? `--${kebabCase(other!)}`;
    throw new ConfigError(
      'select',
      '--merge with --out and --backend alone',
      got,
      'The shards know how they were made',
    );
  }
  return {
    out: out as string,
    ...(backend === undefined ? {} : { backend: backend as NonNullable<Options['backend']> }),
    ...(signal && { signal }),
  };
}

function capRule(flag: string, text: string): NonNullable<Options['caps']> {
  if (text === 'uniform' || text === 'water-level') return text;
  const cap = Number(text);
  if (Number.isInteger(cap) && cap >= 0 && text.trim() !== '') return cap;
  throw new ConfigError('select', `--${flag} to be water-level, uniform or a number of items`, text);
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
  const { pool, selected, budget, stopped, method, balance, guarantee, feasibility } = summary;
  const { classes, trueClasses, seconds, shards } = summary;
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
    `by          ${method}${balance === 'none' ? '' : `, balanced by ${balance}`}${shards === null ? '' : `, in ${shards} shards`}`,
    `guarantee   ${holds && factor !== null ? `${factor.toFixed(3)} of the best value: ` : 'none: '}${because}`,
    `rarest      ${rarest.join(', ')}${trueClasses ? '' : ' (as predicted)'}`,
    `took        ${time}`,
    `selection   ${summary.selection}`,
    `train on it longtail train --subset ${summary.selection}`,
    `to look at  ${summary.selection}/report.html`,
  ].join('\n');
}

function describeShard({ shard, pool, seen, selected, seconds, folder }: ShardSummary, out: string): string {
  const { index, of } = shard;
  return [
    `pool        ${pool.name}: ${pool.size} examples`,
    `shard       ${index} of ${of}: ${seen} examples`,
    `selected    ${selected}`,
    `took        features ${seconds.features.toFixed(1)} s, selection ${seconds.selection.toFixed(1)} s`,
    `written to  ${folder}`,
    `then        longtail select --merge --out ${out}, when all ${of} are there`,
  ].join('\n');
}

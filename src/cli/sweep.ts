import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, LongtailError } from '../core/index.js';
import {
  defaultJobs,
  loadSweep,
  parseShard,
  readSweep,
  runSweep,
  shardOf,
  summarizeSweep,
  SweepFolder,
  type Spread,
  type SweepCell,
  type SweepSummary,
} from '../experiment/index.js';
import type { Invocation } from './command.js';
import { percent, printProgress, printResult, table } from './output.js';
import { sweepProgress } from './sweepProgress.js';

/** `longtail sweep CONFIG`. */
export async function runSweepCommand({ args, options, signal }: Invocation): Promise<void> {
  const config = args[0]!;
  const shard = options['shard'] === undefined ? null : parseShard('sweep', options['shard'] as string);
  const all = loadSweep(config);
  const cells = shard === null ? all : shardOf(all, shard);
  const jobs = jobsOf(options, cells);
  const folder = SweepFolder.open(outOf(options, config), all);
  const progress = sweepProgress(folder, cells, jobs);
  let failed: SweepCell[];
  try {
    failed = await runSweep({ folder, cells, jobs, command, signal, onEvent: progress.onEvent });
  } finally {
    progress.stop();
  }
  const runs = readSweep(folder.path);
  const finished = runs.filter(({ status }) => status === 'finished').length;
  if (signal.aborted) {
    return printProgress(`stopped with ${finished} of ${runs.length} runs finished; the same command goes on`);
  }
  const summary = summarizeSweep(runs);
  printResult(options['json'] === true, { sweep: folder.path, shard, summary, runs }, () =>
    describe(folder.path, summary),
  );
  if (failed.length > 0) throw someFailed(folder, failed);
  if (finished === runs.length) printProgress(`all of it on a page: longtail report ${folder.path}`);
}

/** `longtail train` is this very program. */
const command = [process.execPath, ...process.execArgv, fileURLToPath(new URL('./main.js', import.meta.url))] as const;

function outOf({ out }: Invocation['options'], config: string): string {
  return (out as string | undefined) ?? join('runs', basename(config, extname(config)));
}

function jobsOf({ jobs }: Invocation['options'], cells: readonly SweepCell[]): number {
  if (jobs === undefined) return defaultJobs(cells.map(({ config }) => config));
  if (Number.isInteger(jobs) && (jobs as number) >= 1) return jobs as number;
  throw new ConfigError('sweep', '--jobs to be an integer of at least 1', jobs);
}

function describe(path: string, summary: readonly SweepSummary[]): string {
  const rows = summary.map(({ method, finished, runs, raw, posthoc, imagesPerSecond }) => [
    method,
    `${finished}/${runs}`,
    spread(raw, percent),
    spread(posthoc, percent),
    imagesPerSecond.mean === null ? '-' : imagesPerSecond.mean.toFixed(0),
  ]);
  const head = ['balanced accuracy, %', 'runs', 'raw', 'post-hoc', 'images/s'];
  return `${table(head, rows)}\nmean ± standard deviation over seeds\nsweep  ${path}`;
}

function spread({ mean, deviation }: Spread, format: (value: number) => string): string {
  if (mean === null) return '-';
  return deviation === null ? format(mean) : `${format(mean)} ± ${format(deviation)}`;
}

function someFailed(folder: SweepFolder, failed: readonly SweepCell[]): LongtailError {
  const lines = failed.map((cell) => {
    const state = folder.stateOf(cell);
    return `\n  ${cell.name}: ${state.status === 'failed' ? state.failure : state.status}`;
  });
  const hint = `${lines.join('')}\nThe same command tries them again; what they printed is in ${join(folder.path, 'logs')}`;
  return new LongtailError('sweep', 'every run to finish', `${failed.length} that failed:${hint}`);
}

import { count, fixed } from '../format.js';
import type { RecordedRun } from '../records.js';
import type { Block, Cell, Section } from '../section.js';
import { differingKeys, shown, spaced, type MethodConfig, type Study } from '../study.js';

/** The runs behind the report, their configuration and what they ran on. */
export function setup(study: Study): Section {
  return { title: 'Runs', blocks: [runTable(study), ...configuration(study), environment(study)] };
}

/** How far a run came. */
export function stateOf({ report, failure, epochs, config }: RecordedRun): string {
  if (report !== null) return 'finished';
  const done = `${epochs.at(-1)?.epoch ?? 0} of ${shown(config['epochs'])} epochs`;
  return failure === null ? `not finished: ${done}` : `failed after ${done}: ${failure}`;
}

function runTable({ methods }: Study): Block {
  const rows = methods.flatMap(({ label, runs }) =>
    runs.map((run): Cell[] => {
      const { name, config, report, scores } = run;
      const speed = report?.imagesPerSecond ?? null;
      return [
        name,
        label,
        { text: String(config.seed), value: config.seed },
        stateOf(run),
        checkpointOf(report),
        scores['posthoc']?.tau ? fixed(scores['posthoc'].tau, 2) : '–',
        { text: speed === null ? '–' : count(speed), value: speed },
      ];
    }),
  );
  const columns = ['Run', 'Method', 'Seed', 'State', 'Checkpoint', 'Post-hoc tau', 'Examples/s'];
  return { type: 'table', caption: 'All runs of this report', columns, rows };
}

function checkpointOf(report: RecordedRun['report']): string {
  const checkpoint = report?.chosenBy?.checkpoint;
  if (!checkpoint) return '–';
  if (checkpoint.epoch === 0) return 'computed, not trained';
  return checkpoint.split === 'none'
    ? `last, epoch ${checkpoint.epoch}`
    : `epoch ${checkpoint.epoch}, by ${checkpoint.split}`;
}

function configuration({ methods }: Study): Block[] {
  const configs = methods.map(({ config }) => config);
  const differing = differingKeys(configs);
  const shared = Object.keys(configs[0]!).filter((key) => !differing.includes(key));
  const value = (config: MethodConfig, key: string): string => shown(config[key]);
  const differences: Block = {
    type: 'table',
    caption: 'Options in which the methods differ',
    columns: ['Method', ...differing.map(spaced)],
    rows: methods.map(({ label, config }) => [label, ...differing.map((key) => value(config, key))]),
  };
  const common: Block = {
    type: 'table',
    caption: methods.length > 1 ? 'Options that all methods share' : 'Options',
    columns: ['Option', 'Value'],
    rows: shared.map((key) => [spaced(key), value(configs[0]!, key)]),
  };
  return [
    ...(differing.length > 0 ? [differences] : []),
    { type: 'details', summary: 'Configuration', blocks: [common] },
  ];
}

/** What was the same on all runs once, what was not by run. */
function environment({ runs }: Study): Block {
  const keys = ['longtail', 'tfjs', 'libtensorflow', 'node', 'machine', 'backend', 'threads', 'git', 'started'];
  const text = (run: RecordedRun, key: string): string => {
    const value = run.environment[key];
    if (key !== 'git' || typeof value !== 'object' || value === null) return shown(value);
    const { commit, changed } = value as { readonly commit?: string; readonly changed?: boolean };
    return `${String(commit).slice(0, 12)}${changed ? ', with changes' : ''}`;
  };
  const columns = ['Run', ...keys.map(spaced)];
  const rows = runs.map((run) => [run.name, ...keys.map((key) => text(run, key))]);
  const table: Block = { type: 'table', caption: 'Versions and machine of each run', columns, rows };
  return { type: 'details', summary: 'Environment', blocks: [table] };
}

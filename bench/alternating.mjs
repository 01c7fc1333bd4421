// Contenders that take turns within one process, so that what else the machine does hits all of them alike.
import os from 'node:os';
import { summary } from './train-step/statistics.mjs';

/** The entries of `all` that `--only` names, the baseline first; all of them without it. */
export function chosen(all, baseline, only) {
  const names = only === undefined ? Object.keys(all) : [baseline, ...only.split(',')];
  for (const name of names) {
    if (all[name] === undefined) throw new Error(`no contender "${name}": there are ${Object.keys(all).join(', ')}`);
  }
  return names;
}

/** Time of `repeats` calls of each contender in each round, in ms a call, and its ratio to the baseline within the round. */
export async function alternate(contenders, { baseline, rounds, repeats }) {
  const time = async (call) => {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) await call();
    return (performance.now() - start) / repeats;
  };
  const names = Object.keys(contenders);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) await time(contenders[name]);
  const loadBefore = os.loadavg()[0];
  for (let round = 0; round < rounds; round++) {
    for (const name of names) times[name].push(await time(contenders[name]));
  }
  const rows = names.map((name) => ({
    name,
    ms: summary(times[name]),
    ratio: summary(times[name].map((ms, round) => ms / times[baseline][round])),
  }));
  return {
    rows,
    machine: { cpu: os.cpus()[0].model, cores: os.cpus().length, loadBefore, loadAfter: os.loadavg()[0] },
  };
}

/** A table of what {@link alternate} gives, or JSON with `settings`. */
export function print({ rows, machine }, { json, title, column, baseline, settings }) {
  if (json) {
    console.log(JSON.stringify({ ...settings, machine, contenders: rows }));
    return;
  }
  const show = ({ median, low, high }) => `${median.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  const width = Math.max(column.length, ...rows.map(({ name }) => name.length));
  console.log(`${title}, load ${machine.loadBefore.toFixed(1)} to ${machine.loadAfter.toFixed(1)}`);
  console.log(`${column.padEnd(width)}  ${'ms, median (quartiles)'.padEnd(26)}  over ${baseline}, median (quartiles)`);
  for (const { name, ms, ratio } of rows) {
    console.log(`${name.padEnd(width)}  ${show(ms).padEnd(26)}  ${show(ratio)}`);
  }
}

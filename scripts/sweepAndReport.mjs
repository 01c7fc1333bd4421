// What the scripts that compare methods by a sweep and a report of it have in common.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { longtail, root, step } from './steps.mjs';

/** The options of every such script, for `parseArgs`. */
export function sweepOptions({ out, data }) {
  return {
    out: { type: 'string', default: out },
    data: { type: 'string', default: data },
    'data-dir': { type: 'string' },
    model: { type: 'string', default: 'resnet8' },
    epochs: { type: 'string', default: '20' },
    holdout: { type: 'string', default: '0' },
    seeds: { type: 'string', default: '1,2,3' },
    jobs: { type: 'string' },
    report: { type: 'string' },
  };
}

/** What all runs of the sweep have in common: long-tailed data of imbalance 100, and these options. */
export function baseOf(options) {
  return {
    data: options.data,
    ...(options['data-dir'] === undefined ? {} : { dataDir: resolve(options['data-dir']) }),
    imbalance: 100,
    model: options.model,
    holdout: Number(options.holdout),
    epochs: Number(options.epochs),
  };
}

export function seedsOf(options) {
  return options.seeds.split(',').map(Number);
}

/** Writes the sweep to `OUT.json`, runs what is not finished of it in `OUT`, and draws the report. */
export function sweepAndReport(options, sweep) {
  const out = resolve(root, options.out);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(`${out}.json`, `${JSON.stringify(sweep, null, 2)}\n`);
  const jobs = options.jobs === undefined ? [] : ['--jobs', options.jobs];
  step('runs', process.execPath, [...longtail, 'sweep', `${out}.json`, '--out', out, ...jobs]);
  const page = resolve(root, options.report ?? `${out}.html`);
  mkdirSync(dirname(page), { recursive: true });
  step('report', process.execPath, [...longtail, 'report', out, '--out', page]);
}

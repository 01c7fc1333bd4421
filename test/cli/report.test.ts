import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { madeRuns, writeRun } from '../experiment/report/support.js';
import { freshFolder } from '../support/folders.js';
import { longtail, longtailHere } from './support.js';

/** A folder with the folders of four runs, one of them not finished. */
async function fourRuns(): Promise<string> {
  const folder = freshFolder();
  for (const run of await madeRuns([1, 2])) writeRun(join(folder, 'runs', run.name), run);
  rmSync(join(folder, 'runs/ce-2/report.json'));
  return folder;
}

describe('longtail report', () => {
  it('writes report.html here, and says what is on it', async () => {
    const cwd = await fourRuns();
    const ended = await longtail(['report', 'runs/ce-1', 'runs/ce-2', 'runs/logit-adjusted-1'], { cwd });
    const stdout = 'report.html: 3 runs, 1 of them not finished\n';
    expect(ended).toEqual({ code: 0, signal: null, stdout, stderr: '' });
    expect(readFileSync(join(cwd, 'report.html'), 'utf8')).toContain('<h1>2 methods on sample');
  });

  it('takes a folder of runs and --out, and prints JSON', async () => {
    const cwd = await fourRuns();
    const ended = await longtailHere(['report', 'runs', '--out', 'page.html', '--json'], { cwd });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toEqual({ report: 'page.html', runs: 4, finished: 3 });
    expect(readdirSync(cwd).sort()).toEqual(['page.html', 'runs']);
  });

  it('exits with 1 for what is no run and for a file that is not its own, with 2 without a run', async () => {
    const cwd = await fourRuns();
    writeFileSync(join(cwd, 'mine.html'), 'mine');
    const message = async (...args: string[]): Promise<unknown[]> => {
      const { code, stderr } = await longtailHere(['report', ...args], { cwd });
      return [code, stderr.split('\n')[0]];
    };
    expect(await message('nowhere')).toEqual([
      1,
      'longtail: nowhere: expected the folder of a run, or a folder of runs, got no such folder. longtail train makes one',
    ]);
    expect(await message('runs', '--out', 'mine.html')).toEqual([
      1,
      'longtail: mine.html: expected no file, or an earlier report, got a file that longtail report did not write. ' +
        'Choose another --out, or move the file away',
    ]);
    expect(await message()).toEqual([2, "error: missing required argument 'run'"]);
    expect(readFileSync(join(cwd, 'mine.html'), 'utf8')).toBe('mine');
  });
});

import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runTraining, writeReport, type RunEvent } from '../../../src/experiment/index.js';
import { findRuns } from '../../../src/experiment/report/findRuns.js';
import { errorOf, refusal } from '../../support/errors.js';
import { freshFolder, makeReadOnly, smallDisk } from '../../support/folders.js';
import { finishedRun, freshRun, tinyConfig } from '../support.js';
import { madeRun, madeRuns, writeRun } from './support.js';

/** A folder with the folders of six runs. */
async function sixRuns(): Promise<string> {
  const folder = freshFolder();
  for (const run of await madeRuns()) writeRun(join(folder, 'runs', run.name), run);
  return folder;
}

describe('findRuns', () => {
  it('reads what the folders hold', async () => {
    const folder = freshFolder();
    const run = await madeRun();
    writeRun(join(folder, 'ce-1'), run);
    expect(findRuns([join(folder, 'ce-1')])).toEqual([run]);
  });

  it('takes folders of runs at any depth, each run once, numbers in their order', async () => {
    const folder = await sixRuns();
    writeRun(join(folder, 'deeper/still/ce-10'), await madeRun({ config: { seed: 10 } }));
    writeRun(join(folder, 'deeper/still/ce-9'), await madeRun({ config: { seed: 9 } }));
    symlinkSync(join(folder, 'runs/ce-2'), join(folder, 'link'));
    const found = findRuns([join(folder, 'runs/ce-3'), folder, join(folder, 'link')]);
    expect(found.map(({ name }) => name)).toEqual([
      'runs/ce-3',
      'deeper/still/ce-9',
      'deeper/still/ce-10',
      ...['ce-1', 'ce-2', 'logit-adjusted-1', 'logit-adjusted-2', 'logit-adjusted-3'].map((name) => `runs/${name}`),
    ]);
  });

  it('reads the runs of a sweep under the names of its methods, begun or not', async () => {
    const folder = freshFolder();
    const { config } = await madeRun();
    const cell = (method: string, seed: number, after: string | null = null) => ({
      name: `${method}_seed-${seed}`,
      method,
      values: { seed, learningRate: 0.1 },
      after,
      config: { ...config, seed, loss: 'ce', init: after === null ? null : `runs/${after}` },
    });
    const runs = [cell('CE', 1), cell('CE', 2), cell('cRT', 1, 'CE_seed-1')];
    writeFileSync(join(folder, 'sweep.json'), JSON.stringify({ format: 1, runs }));
    writeRun(join(folder, 'runs/CE_seed-1'), await madeRun());
    const moved = { ...config, init: '/where/it/was/runs/CE_seed-1' };
    writeRun(join(folder, 'runs/cRT_seed-1'), { ...(await madeRun()), config: moved });
    mkdirSync(join(folder, 'failures'));
    writeFileSync(join(folder, 'failures/CE_seed-2.json'), '{"failure": "out of memory"}');
    const found = findRuns([folder]);
    expect(found.map(({ name, method, failure, report }) => [name, method, failure, report !== null])).toEqual([
      ['CE_seed-1', 'CE', null, true],
      ['CE_seed-2', 'CE', 'out of memory', false],
      ['cRT_seed-1', 'cRT', null, true],
    ]);
    expect(found[2]!.initial).toEqual(found[0]!.config);
  });
});

describe('writeReport', () => {
  it('writes one page, and replaces an earlier one', async () => {
    const folder = await sixRuns();
    const out = join(folder, 'page.html');
    rmSync(join(folder, 'runs/ce-2/report.json'));
    expect(await writeReport([folder], out)).toEqual({ report: out, runs: 6, finished: 5 });
    const first = readFileSync(out, 'utf8');
    expect(await writeReport([join(folder, 'runs/ce-1')], out)).toEqual({ report: out, runs: 1, finished: 1 });
    expect(readFileSync(out, 'utf8')).not.toBe(first);
    expect(readdirSync(folder).sort()).toEqual(['page.html', 'runs']);
  });

  it('never replaces a file of somebody else', async () => {
    const folder = await sixRuns();
    const out = join(folder, 'page.html');
    writeFileSync(out, '<!DOCTYPE html><title>mine</title>');
    await expect(writeReport([folder], out)).rejects.toThrow(
      refusal(
        'RunFolderError',
        `${out}: expected no file, or an earlier report, got a file that longtail report did not write. ` +
          'Choose another --out, or move the file away',
      ),
    );
    expect(readFileSync(out, 'utf8')).toBe('<!DOCTYPE html><title>mine</title>');
  });

  it('refuses a place that cannot be written', async ({ skip }) => {
    const folder = await sixRuns();
    const below = join(folder, 'no/such/page.html');
    await expect(writeReport([folder], below)).rejects.toThrow(
      refusal(
        'RunFolderError',
        `${below}: expected a place where a file can be written, got ENOENT. Make its folder first`,
      ),
    );
    await expect(writeReport([folder], folder)).rejects.toThrow(
      refusal('RunFolderError', new RegExp(`^${folder}: expected a place where a file can be written, got EISDIR\\. `)),
    );
    const disk = smallDisk(100);
    if (disk === null) return skip('this process may not mount a disk');
    expect(await errorOf(() => writeReport([folder], join(disk, 'page.html')))).toMatchObject({ got: 'ENOSPC' });
    expect(readdirSync(disk)).toEqual([]);
    if (!makeReadOnly(disk)) return skip('this process can write anywhere');
    expect(await errorOf(() => writeReport([folder], join(disk, 'page.html')))).toMatchObject({ got: 'EROFS' });
  });

  it('refuses what is no run', async () => {
    const folder = freshFolder();
    const out = join(folder, 'page.html');
    await expect(writeReport([folder], out)).rejects.toThrow(
      refusal(
        'RunFolderError',
        `${folder}: expected the folder of a run, or a folder of runs, got no config.json in it or below. longtail train makes one`,
      ),
    );
    await expect(writeReport([join(folder, 'gone')], out)).rejects.toThrow(
      refusal(
        'RunFolderError',
        `${folder}/gone: expected the folder of a run, or a folder of runs, got no such folder. longtail train makes one`,
      ),
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['report.json', '{"dataset": ', 'a readable JSON file, got Unexpected end of JSON input'],
    ['report.json', '{"dataset": "x"}', /the report of a run, got .*classCounts must be .*\. The file is damaged: /],
    [
      'config.json',
      '{}',
      /the configuration of a run, got seed must be a number \(was missing\)\. The file is damaged: /,
    ],
    ['environment.json', 'x', /a readable JSON file, got Unexpected token/],
    ['metrics.jsonl', '{"loss": 1}\n', 'the JSON of an epoch, got {"loss": 1}'],
  ])('names the damaged file: %s with %s', async (file, content, message) => {
    const folder = await sixRuns();
    const path = join(folder, 'runs/ce-2', file);
    writeFileSync(path, content);
    const error = await errorOf(() => writeReport([folder], join(folder, 'page.html')));
    expect(error.name).toBe('RunFolderError');
    const line = file === 'metrics.jsonl' ? ':1' : '';
    expect(error.message.startsWith(`${path}${line}: expected `)).toBe(true);
    const rest = error.message.slice(`${path}${line}: expected `.length);
    if (typeof message === 'string') expect(rest).toBe(message);
    else expect(rest).toMatch(message);
  });

  it('names a report whose parts do not fit together', async () => {
    const folder = freshFolder();
    const run = await madeRun();
    const raw = { ...run.scores['raw']!, perClassRecall: [1, 0] };
    writeRun(join(folder, 'run'), { ...run, scores: { ...run.scores, raw } });
    await expect(writeReport([folder], join(folder, 'page.html'))).rejects.toThrow(
      refusal(
        'RunFolderError',
        `${folder}/run/report.json: expected final.raw of 10 classes, as classCounts, got 2, 10, 10. ` +
          'The file is damaged: evaluate the run again',
      ),
    );
  });
});

describe('a training run', () => {
  it('ends with a page in its folder', async () => {
    const { run, final } = await finishedRun();
    const page = readFileSync(join(run, 'report.html'), 'utf8');
    expect(page).toContain('<h1>logit-adjusted on mnist (exponential, ratio 12)</h1>');
    expect(page).toContain(`data-value="${final.raw.balancedAccuracy}"`);
  });

  it('that cannot draw it says so and is complete', async () => {
    const out = freshRun();
    const notes: string[] = [];
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'epoch') mkdirSync(join(out, 'report.html'), { recursive: true });
      if (event.type === 'note') notes.push(event.message);
    };
    const outcome = await runTraining({ config: tinyConfig(), out, onEvent });
    expect(outcome.stopped).toBe('completed');
    expect(readdirSync(out)).toContain('report.json');
    expect(notes).toEqual([
      expect.stringMatching(
        /^no report\.html: .*\/report\.html: expected a place where a file can be written, got EISDIR\. .* longtail report .* tries again$/,
      ),
    ]);
  });
});

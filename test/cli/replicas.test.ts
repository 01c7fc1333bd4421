import { availableParallelism } from 'node:os';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshFolder } from '../support/folders.js';
import { epochsIn, longtail, longtailHere, reportIn, tinyRun } from './support.js';

const freshRun = (): string => join(freshFolder(), 'run');
const cores = availableParallelism();
const model = 'linear';

describe.skipIf(cores < 2)('longtail train --replicas', () => {
  it('gives the same run twice, also when Ctrl-C comes in its middle and it goes on', async () => {
    const [whole, parts] = [freshRun(), freshRun()];
    const ended = await longtail([...tinyRun({ model, replicas: 2 }), '--out', whole, '--json']);
    expect(ended.code, ended.stderr).toBe(0);
    const stopped = await longtail([...tinyRun({ model, replicas: 2 }), '--out', parts, '--json'], {
      onLine: (line, child) => void (line.startsWith('epoch 1/3') && child.kill('SIGINT')),
    });
    expect(stopped.code, stopped.stderr).toBe(130);
    const resumed = await longtail(['train', '--resume', parts, '--replicas', 'auto', '--json']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(reportIn(resumed)).toEqual(reportIn(ended));
    expect(epochsIn(parts)).toEqual(epochsIn(whole));
  });

  it('auto takes as many as the cores and the batch allow, and the configuration says how many', async () => {
    const run = freshRun();
    const batchSize = 16 * 2;
    const { code, stderr } = await longtail([
      ...tinyRun({ model, replicas: 'auto', epochs: 1, warmupEpochs: 0, batchSize }),
      '--out',
      run,
    ]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'))).toMatchObject({ replicas: 2 });
  });

  it('refuses a number that does not fit, before it makes a folder', async () => {
    const odd = await longtailHere([...tinyRun({ replicas: 2, batchSize: 15 }), '--out', freshRun()]);
    expect(odd).toMatchObject({ code: 2, stdout: '' });
    expect(odd.stderr).toBe(
      'longtail: configuration: expected replicas that share a batchSize of 15 equally, got 2. ' +
        'Change one of them, or use auto\n',
    );
    const many = await longtailHere([...tinyRun({ replicas: cores + 1 }), '--out', freshRun()]);
    expect(many).toMatchObject({ code: 2, stdout: '' });
    expect(many.stderr).toBe(
      `longtail: configuration: expected replicas of at most ${cores}, the number of cores, got ${cores + 1}. ` +
        'Use auto for as many as fit\n',
    );
    const word = await longtailHere([...tinyRun({ replicas: 'many' }), '--out', freshRun()]);
    expect(word.code).toBe(2);
  });
});

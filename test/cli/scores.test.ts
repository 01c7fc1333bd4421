import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { writeNpy } from '../../src/data/node/index.js';
import { freshFolder } from '../support/folders.js';
import { longtail, longtailHere, tinyRun } from './support.js';

const folder = freshFolder();
const [scores, labels, shuffled] = ['scores', 'labels', 'shuffled'].map((name) => join(folder, `${name}.npy`)) as [
  string,
  string,
  string,
];
const counts = '80,15,5';

beforeAll(async () => {
  const random = randomStream(1);
  const classes = Int32Array.from({ length: 200 }, () => random.integer(3));
  const logits = Float32Array.from(
    { length: 600 },
    (_, i) => random.normal() + (classes[Math.floor(i / 3)] === i % 3 ? 2 : 0),
  );
  await writeNpy(scores, logits, [200, 3]);
  await writeNpy(labels, classes);
  await writeNpy(
    shuffled,
    random.permutation(200).map((row) => classes[row]!),
  );
});

describe('longtail evaluate --scores', () => {
  it('prints one JSON object with the raw and posthoc of train, or a table', async () => {
    const asked = ['evaluate', '--scores', scores, '--labels', labels, '--class-counts', counts, '--tau', '0.5'];
    const json = await longtail([...asked, '--json']);
    expect([json.code, json.stderr]).toEqual([0, '']);
    const result = JSON.parse(json.stdout) as Record<string, Record<string, unknown>>;
    expect(result).toMatchObject({
      numClasses: 3,
      classCounts: [80, 15, 5],
      chosenBy: { tau: 'fixed' },
      calibrated: null,
    });
    expect(result['posthoc']).toMatchObject({ tau: 0.5, examples: 200 });
    expect(Object.keys(result['posthoc']!).sort()).toEqual([...Object.keys(result['raw']!), 'tau'].sort());
    const text = await longtailHere([...asked, '--target-prior', 'estimate']);
    expect([text.code, text.stderr]).toEqual([0, '']);
    expect(text.stdout).toContain('post-hoc, tau 0.5');
    expect(text.stdout).toContain('200 examples of 3 classes\ntarget prior, estimated: 0.');
  });

  it('says what class counts would add, and fits a temperature on a hold-out', async () => {
    const holdout = ['--holdout-scores', scores, '--holdout-labels', labels];
    const { code, stdout } = await longtailHere(['evaluate', '--scores', scores, '--labels', labels, ...holdout]);
    expect(code).toBe(0);
    expect(stdout).toContain('at temperature ');
    expect(stdout).toMatch(/post-hoc scores and groups need the training counts: --class-counts\n$/);
    expect(stdout).not.toContain('post-hoc, tau');
  });

  it('warns of labels in another order on stderr', async () => {
    const { code, stdout, stderr } = await longtailHere([
      'evaluate',
      '--scores',
      scores,
      '--labels',
      shuffled,
      '--json',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ posthoc: null });
    expect(stderr).toMatch(/^longtail: warning: .*: are scores and labels in the same order\?\n$/);
  });

  it.each<[string[], number, string]>([
    [[], 2, 'evaluate: expected either the folder of a run, or --scores with --labels, got neither'],
    [
      ['run', '--scores', scores],
      2,
      'evaluate: expected either the folder of a run, or --scores with --labels, got both',
    ],
    [['--scores', scores], 2, 'evaluate: expected --labels with --scores, got none'],
    [['run', '--class-counts', counts], 2, 'evaluate: expected --class-counts only with --scores, got a run'],
    [
      ['--scores', scores, '--labels', labels, '--split', 'test'],
      2,
      'evaluate: expected --split only with a run, got --scores',
    ],
    [
      ['--scores', scores, '--labels', labels, '--holdout-scores', scores],
      2,
      'evaluate: expected --holdout-scores and --holdout-labels together, got --holdout-scores alone',
    ],
    [
      ['--scores', scores, '--labels', labels, '--class-counts', '5,x,1'],
      2,
      '--class-counts: expected a file, or numbers with commas between, got x',
    ],
    [
      ['--scores', labels, '--labels', labels],
      1,
      `${labels}: expected scores [examples, classes] of float32 or float64, at least 2 classes, got int32 of shape [200]`,
    ],
  ])('refuses %j', async (args, code, message) => {
    const ended = await longtailHere(['evaluate', ...args]);
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([code, '', `longtail: ${message}\n`]);
  });
});

describe('longtail export', () => {
  it('writes a model that the next run starts from, and refuses what it cannot', async () => {
    const [run, out] = [join(folder, 'run'), join(folder, 'model')];
    expect((await longtailHere(tinyRun({ out: run, loss: 'ce', epochs: 1, warmupEpochs: 0 }))).code).toBe(0);
    const exported = await longtail(['export', run, '--out', out, '--posthoc', '--backend', 'wasm']);
    expect([exported.code, exported.stderr]).toEqual([0, '']);
    expect(exported.stdout).toBe(
      [
        `model       ${join(out, 'model.json')}`,
        'gives       logits, adjusted with tau 1, of checkpoint last, epoch 1',
        'load it     await tf.loadLayersModel(URL): it needs nothing but TensorFlow.js',
        'inputs      longtail.json beside it has normalisation and class names\n',
      ].join('\n'),
    );
    expect(JSON.parse(readFileSync(join(out, 'longtail.json'), 'utf8'))).toMatchObject({ tau: 1, outputs: 'logits' });
    const next = await longtailHere(
      tinyRun({ model: join(out, 'model.json'), epochs: 1, warmupEpochs: 0, out: join(folder, 'next') }),
    );
    expect(next.code).toBe(0);
    const again = await longtailHere([
      'export',
      run,
      '--out',
      out,
      '--posthoc',
      '0.5',
      '--softmax',
      '--json',
      '--backend',
      'wasm',
    ]);
    expect([again.code, again.stdout]).toEqual([1, '']);
    expect(again.stderr).toContain('Nothing is overwritten: choose another folder');
    const nowhere = await longtailHere(['export', run]);
    expect([nowhere.code, nowhere.stderr]).toEqual([
      2,
      'longtail: export: expected --out DIR, the folder to make, got none\n',
    ]);
    const negative = await longtailHere(['export', run, '--out', join(folder, 'x'), '--posthoc=-1']);
    expect([negative.code, negative.stderr]).toEqual([
      2,
      'longtail: export: expected --posthoc to be a finite number of at least 0, got -1\n',
    ]);
  });
});

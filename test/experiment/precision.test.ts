import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { backendPrecision } from '../../src/backend/index.js';
import {
  evaluateRun,
  resumedConfig,
  runTraining,
  type RunReport,
  type TrainConfig,
} from '../../src/experiment/index.js';
import { onBfloat16 } from '../backend/native/onBfloat16.js';
import { refusal } from '../support/errors.js';
import { freshRun, interrupt, reportOf, tinyConfig, withoutClock } from './support.js';

const network = { model: 'resnet8', epochs: 2, imbalance: 24, maxPerClass: 24 } as const;

async function finish(out: string): Promise<RunReport> {
  const outcome = await runTraining({ config: resumedConfig(out, {}), out, resume: true });
  if (outcome.stopped === 'interrupted') throw new Error('interrupted');
  return outcome.report;
}

const environmentOf = (run: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(run, 'environment.json'), 'utf8')) as Record<string, unknown>;

describe('precision of a run', () => {
  it('is float32 unless asked for, also in runs of earlier versions', async () => {
    const out = freshRun();
    await interrupt(2, { config: tinyConfig(), out });
    const { precision, ...earlier } = environmentOf(out);
    expect(precision).toBe('float32');
    writeFileSync(join(out, 'environment.json'), JSON.stringify(earlier));
    const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')) as Partial<TrainConfig>;
    expect(config.precision).toBe('float32');
    delete config.precision;
    writeFileSync(join(out, 'config.json'), JSON.stringify(config));
    expect((await finish(out)).epochs).toBe(3);
  });

  it('is refused on a backend without it, which leaves no folder', async () => {
    const out = freshRun();
    const config = tinyConfig({ backend: 'wasm', precision: 'bfloat16' });
    const message =
      'prepareBackend: expected the backend tensorflow for precision bfloat16, got wasm. Use precision float32';
    await expect(runTraining({ config, out })).rejects.toThrow(refusal('BackendError', message));
    expect(() => readFileSync(join(out, 'config.json'))).toThrow('ENOENT');
  });

  it('is one of two', () => {
    expect(() => tinyConfig({ precision: 'bfloat' as 'bfloat16' })).toThrow(
      refusal(
        'ConfigError',
        'test: expected precision to be one of float32, bfloat16, got "bfloat". Did you mean "bfloat16" or "float32"?',
      ),
    );
  });
});

onBfloat16('a run in bfloat16', (test) => {
  test('goes on in it after an interruption, with the same numbers', async () => {
    const settings = { ...network, backend: 'auto', precision: 'bfloat16' } as const;
    const whole = await reportOf(settings);
    expect(environmentOf(whole.run)).toMatchObject({ backend: 'tensorflow', precision: 'bfloat16' });
    const out = freshRun();
    await interrupt(3, { config: tinyConfig(settings), out });
    expect(withoutClock(await finish(out))).toEqual(withoutClock(whole));
    const exact = await reportOf({ ...settings, precision: 'float32', backend: 'tensorflow' });
    expect(exact.final.raw.nll).not.toBe(whole.final.raw.nll);
  });

  test('is evaluated in it, or in another where asked', async () => {
    const { run, final } = await reportOf({ ...network, backend: 'tensorflow', precision: 'bfloat16' });
    await tf.setBackend('cpu');
    expect((await evaluateRun({ run })).raw).toEqual(final.raw);
    expect(backendPrecision()).toBe('bfloat16');
    await expect(evaluateRun({ run, backend: 'wasm' })).rejects.toThrow('Use precision float32');
    const exact = await evaluateRun({ run, precision: 'float32' });
    expect(exact.raw.nll).not.toBe(final.raw.nll);
  });
});

/** The drop-in examples as they are run: each in a process of its own, on the built package. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

type Recalls<Name extends string> = Record<Name, [number, ...number[]]>;

/** Runs a program of `examples/dropin`; what it exports, by way of JSON. */
async function exportsOf<T>(program: string): Promise<T> {
  const url = new URL(`../../examples/dropin/${program}`, import.meta.url).href;
  const code = `const values = await import(${JSON.stringify(url)}); console.log(JSON.stringify(values));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code]);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as T;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value) / values.length;

describe('drop-in examples', () => {
  it('fit and fitDataset find the rarest class with logit adjustment, and hardly without', async () => {
    const { perClassRecall } = await exportsOf<{ perClassRecall: Recalls<'plain' | 'adjusted' | 'stream'> }>('fit.mjs');
    const { plain, adjusted, stream } = perClassRecall;
    for (const recall of [adjusted, stream]) {
      expect(recall).toHaveLength(5);
      expect(recall[4]).toBeGreaterThan(plain[4]! + 0.3);
      expect(mean(recall)).toBeGreaterThan(mean(plain) + 0.05);
      expect(recall[0]).toBeLessThan(plain[0]); // what it costs
    }
  });

  it('class weights are the same in the loss and in fit, and find more of the rare class', async () => {
    const { perClassRecall, difference } = await exportsOf<{
      perClassRecall: Recalls<'plain' | 'weighted'>;
      difference: number;
    }>('classWeights.mjs');
    expect(difference).toBeLessThan(1e-5);
    expect(perClassRecall.weighted[2]).toBeGreaterThan(perClassRecall.plain[2]! + 0.1);
    expect(mean(perClassRecall.weighted)).toBeGreaterThan(mean(perClassRecall.plain));
  });

  it('a kernelized head separates what a dense layer cannot, and scores alike once loaded', async () => {
    const { accuracy, difference } = await exportsOf<{
      accuracy: { dense: number; kernelized: number };
      difference: number;
    }>('kernelHead.mjs');
    expect(accuracy.kernelized).toBeGreaterThan(0.95);
    expect(accuracy.dense).toBeLessThan(0.6);
    expect(difference).toBeLessThanOrEqual(1e-6);
  });

  it('two towers: the logQ correction ranks what is taken, logit adjustment what is rare', async () => {
    const { recall } = await exportsOf<{ recall: Record<string, Record<'all' | 'balanced' | 'tail', number>> }>(
      'twoTowers.mjs',
    );
    const of = (name: string): (typeof recall)[string] => recall[name]!;
    const [untrained, asTheyCome, corrected] = [of('untrained'), of('as they come'), of('logQ corrected')];
    const adjusted = of('logit adjusted');
    expect(corrected.all).toBeGreaterThan(asTheyCome.all + 0.1);
    expect(asTheyCome.all).toBeGreaterThan(untrained.all + 0.2);
    expect(adjusted.balanced).toBeGreaterThan(corrected.balanced + 0.05);
    expect(adjusted.tail).toBeGreaterThan(corrected.tail + 0.05);
  });
});

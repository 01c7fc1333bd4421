import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativeBackendStatus } from '../../../src/backend/node/index.js';
import { runScript } from './support/child.js';
import { compileSources } from './support/compiled.js';
import type { Compiled } from './support/compiled.js';

const { source } = await nativeBackendStatus();
const required = (process.env['LONGTAIL_REQUIRE_BACKENDS'] ?? '').split(',').includes('tensorflow');

describe.skipIf(source !== 'cache' && !required)('the native backend in the cache', () => {
  let compiled: Compiled;
  let folder: string;
  let computing: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'longtail-quiet-'));
    compiled = compileSources();
    computing = `
      import { prepareBackend } from ${JSON.stringify(compiled.node('prepare'))};
      import { loadTfjs } from ${JSON.stringify(compiled.node('tfjs'))};
      const tf = loadTfjs('test');
      export async function compute(threads) {
        console.error('before');
        await prepareBackend('tensorflow', { threads });
        await tf.setBackend('tensorflow');
        const image = tf.ones([8, 8, 8, 3]);
        console.log((await tf.conv2d(image, tf.ones([3, 3, 3, 4]), 1, 'valid').data())[0]);
        console.error('after');
      }`;
  });
  afterAll(() => {
    compiled.remove();
    rmSync(folder, { recursive: true });
  });

  const run = (script: string, options = {}) => runScript(`${computing}\n${script}`, options);

  it('has a banner to silence', async () => {
    const { stderr } = await run('await compute()', { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '0' } });
    expect(stderr).toContain('oneDNN');
  });

  it('writes nothing to a stderr that is a socket', async () => {
    expect(await run('await compute()')).toMatchObject({ code: 0, stdout: '27\n', stderr: 'before\nafter\n' });
  });

  it('writes nothing to a stderr that shares a file with stdout, and loses nothing there', async () => {
    const file = path.join(folder, 'both.log');
    const both = openSync(file, 'w');
    await run('await compute()', { stdio: ['ignore', both, both] });
    closeSync(both);
    expect(readFileSync(file, 'utf8')).toBe('before\n27\nafter\n');
  });

  /** Writes a module that computes, for whoever starts it. */
  const computingFile = (name: string, call: string): string => {
    const file = path.join(folder, name);
    writeFileSync(file, `${computing}\n${call}`);
    return file;
  };

  it('runs with stderr closed', () => {
    const file = computingFile('closed.mjs', 'await compute()');
    const { status, stdout } = spawnSync('sh', ['-c', '"$0" "$1" 2>&-', process.execPath, file]);
    expect([status, String(stdout)]).toEqual([0, '27\n']);
  });

  it('loads into two worker threads at once, quietly', async () => {
    const file = computingFile('worker.mjs', 'await compute(1)');
    const script = `
      import { Worker } from 'node:worker_threads';
      const start = () => new Worker(${JSON.stringify(file)}, { execArgv: [] });
      const exitCodes = [1, 2].map(() => new Promise((resolve) => start().on('exit', resolve)));
      console.log(JSON.stringify(await Promise.all(exitCodes)));`;
    const { stdout, stderr } = await runScript(script);
    expect(stdout).toBe('27\n27\n[0,0]\n');
    expect(stderr.split('\n').sort()).toEqual(['', 'after', 'after', 'before', 'before']);
  });

  it.runIf(process.platform === 'linux')('computes with as many threads as asked for', async () => {
    const count = `import { readdirSync } from 'node:fs';
      await compute(Number(process.env.THREADS));
      console.log(readdirSync('/proc/self/task').length);`;
    const tasks = async (threads: number): Promise<number> => {
      const { stdout } = await run(count, { env: { ...process.env, THREADS: String(threads) } });
      return Number(stdout.split('\n')[1]);
    };
    expect((await tasks(6)) - (await tasks(1))).toBe(2 * 5); // one pool within operations, one among them
  });

  it('keeps the number of threads of the first use, in every thread of the process', async () => {
    const script = `
      await compute(1);
      await compute(2).catch((error) => console.log(error.name + ': ' + error.message));`;
    expect((await run(script)).stdout).toBe(
      '27\nInvalidArgumentError: prepareBackend: expected threads to be 1, as since TensorFlow was loaded, got 2. TensorFlow has one thread pool a process: pass threads where the backend is first loaded\n',
    );
  });
});

import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { installPlan } from '../../../src/backend/node/install.js';
import { lockFolder } from '../../../src/backend/node/cache.js';
import { startScript } from './support/child.js';
import { compileSources } from './support/compiled.js';
import type { Compiled } from './support/compiled.js';
import { fakeMachine } from './support/fakeTools.js';
import type { FakeMachine } from './support/fakeTools.js';

let compiled: Compiled;
let machine: FakeMachine;

beforeAll(() => {
  compiled = compileSources();
});
afterAll(() => compiled.remove());
beforeEach(async () => {
  machine = await fakeMachine();
});
afterEach(() => machine.remove());

/** Another process that installs; its output is the result and every message. */
function installElsewhere() {
  const script = `
    import { installPlan } from ${JSON.stringify(compiled.node('install'))};
    const { installed } = await installPlan(
      ${JSON.stringify(machine.plan)},
      { cacheDir: ${JSON.stringify(machine.cacheDir)}, onProgress: ({ message }) => console.log(message) },
      { tryAddon: () => Promise.resolve() },
    );
    console.log('installed:', installed);`;
  return startScript(script, { env: { ...process.env, PATH: machine.path, CXX: '' } });
}

function root(): string[] {
  return readdirSync(path.join(machine.cacheDir, 'native')).sort();
}

/** Makes the fake pip wait in the middle of its download until the file `go` exists; returns when it has begun. */
function holdDownload(): { begun: () => Promise<void>; go: () => void } {
  const [begunFile, goFile] = ['begun', 'go'].map((name) => path.join(machine.folder, name)) as [string, string];
  const stock = path.join(machine.folder, 'stock');
  machine.set(
    'python3',
    `[ "$3" = --version ] && exit 0
    while [ "$1" != --dest ]; do shift; done
    touch '${begunFile}'
    for i in $(seq 3000); do [ -e '${goFile}' ] && break; sleep 0.02; done
    cp '${stock}'/*.whl "$2"`,
  );
  return {
    begun: async () => {
      while (!existsSync(begunFile)) await delay(10);
    },
    go: () => writeFileSync(goFile, ''),
  };
}

describe('two installations at once', () => {
  it('from two processes: the second waits and finds it installed', async () => {
    const download = holdDownload();
    const first = installElsewhere();
    await download.begun();
    const second = installElsewhere();
    await new Promise<void>((resolve) => {
      second.child.stdout!.on('data', (text: string) => text.includes('waiting for another') && resolve());
    });
    download.go();
    const [one, two] = await Promise.all([first.ended, second.ended]);
    expect([one.code, two.code, one.stderr, two.stderr]).toEqual([0, 0, '', '']);
    expect(one.stdout).toMatch(/installed: true\n$/);
    expect(two.stdout).toBe('waiting for another installation to finish\ninstalled: false\n');
    expect(machine.calls().filter((call) => call.includes('pip download'))).toHaveLength(1);
    expect(root()).toEqual([machine.plan.id]);
  });

  it('the one that waits can be stopped', async () => {
    const folder = path.join(machine.cacheDir, 'native', machine.plan.id);
    const controller = new AbortController();
    const reason = new Error('stopped');
    await lockFolder('test', folder, {}, async () => {
      const onProgress = (): void => controller.abort(reason);
      const waiting = installPlan(machine.plan, { cacheDir: machine.cacheDir, signal: controller.signal, onProgress });
      await expect(waiting).rejects.toBe(reason);
    });
  });
});

describe('an installation that was interrupted', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('by %s is not one, and the next run cleans up', async (signal) => {
    const download = holdDownload();
    const { child, ended } = installElsewhere();
    await download.begun();
    child.kill(signal);
    expect((await ended).killedBy).toBe(signal);
    const left = root();
    expect(left.filter((name) => name.startsWith(`${machine.plan.id}.tmp-`))).toHaveLength(1);
    expect(left).not.toContain(machine.plan.id);
    // Nobody removed the lock after a SIGKILL: it expires. The test does not wait for that but sets the clock back.
    const lock = path.join(machine.cacheDir, 'native', `${machine.plan.id}.lock`);
    if (existsSync(lock)) utimesSync(lock, 1, 1);

    download.go();
    const next = await installElsewhere().ended;
    expect(next.stdout).toMatch(/installed: true\n$/);
    expect(root()).toEqual([machine.plan.id]);
  });

  it('right before the end is not one: the folder appears whole or not at all', async () => {
    const folder = path.join(machine.cacheDir, 'native', machine.plan.id);
    mkdirSync(path.join(folder, 'tensorflow'), { recursive: true });
    writeFileSync(path.join(folder, 'tensorflow', 'libone.so.2'), 'lib');
    const next = await installElsewhere().ended;
    expect(next.stdout).toMatch(/installed: true\n$/);
    expect(root()).toEqual([machine.plan.id]);
  });
});

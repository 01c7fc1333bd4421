// Stands in for `longtail train` where only the sweep is under test: node fakeTrain.mjs SCENARIO train CONFIG --out RUN
// --resume. SCENARIO is a JSON file that says what the run of a name does; what happened is appended to SCENARIO.log.
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const [scenario, , config, , run] = process.argv.slice(2);
const name = basename(run);
const does = JSON.parse(readFileSync(scenario, 'utf8'))[name] ?? 'finish';
const log = `${scenario}.log`;
const begun = () => readFileSync(log, 'utf8').match(/^begin /gm).length;

function finish() {
  const { epochs, seed, init, classifier } = JSON.parse(readFileSync(config, 'utf8'));
  const scores = { balancedAccuracy: seed / 10 };
  writeFileSync(
    join(run, 'report.json'),
    JSON.stringify({
      run,
      seed,
      init,
      epochs: classifier === 'tau-norm' ? 0 : epochs,
      imagesPerSecond: classifier === 'tau-norm' ? null : 100,
      final: { raw: scores, posthoc: { ...scores, tau: 0 } },
    }),
  );
}

const actions = {
  finish,
  fail() {
    process.stderr.write('epoch 1/3\nlongtail: train: expected a finite loss, got NaN. Lower the learning rate\n');
    process.exitCode = 1;
  },
  defect() {
    process.stderr.write('longtail: unexpected failure\nTypeError: x is not a function\n    at f (file.js:1:2)\n');
    process.exitCode = 1;
  },
  silent() {
    process.exitCode = 3;
  },
  nothing() {},
  die: () => process.kill(process.pid, 'SIGKILL'),
  // Ends only when as many runs as this have begun.
  async meet2() {
    while (begun() < 2) await wait(20);
    finish();
  },
  // Ends only when it is told to stop, as a run with a checkpoint.
  async hang() {
    if (process.connected) await new Promise((resolve) => process.once('disconnect', resolve));
    process.exitCode = 143;
  },
};

mkdirSync(run, { recursive: true });
copyFileSync(config, join(run, 'config.json'));
appendFileSync(log, `begin ${name}\n`);
await actions[does]();
appendFileSync(log, `end ${name}\n`);

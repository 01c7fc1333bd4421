// Time of `longtail --help`, and of each command's, over that of `node -e 0`. Needs dist/.
// Usage: node bench/help/run.mjs [--rounds 20] [--json] [--only NAME,NAME]
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { commands } from '../../dist/cli/commands.js';
import { longtail } from '../../scripts/steps.mjs';
import { alternate, chosen, print } from '../alternating.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});

const baseline = 'node -e 0';
const all = {
  [baseline]: node('-e', '0'),
  'longtail --help': node(...longtail, '--help'),
  ...Object.fromEntries(commands.map(({ name }) => [`longtail ${name} --help`, node(...longtail, name, '--help')])),
};
const contenders = Object.fromEntries(chosen(all, baseline, values.only).map((name) => [name, all[name]]));
const rounds = Number(values.rounds);
const result = await alternate(contenders, { baseline, rounds, repeats: 1 });
const title = `Help: ${rounds} rounds, a process each`;
print(result, { json: values.json, title, column: 'command', baseline, settings: { rounds } });

function node(...args) {
  return () => {
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0 || stderr !== '') throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
  };
}

import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A curve as TensorBoard shows it: step and value of each point, in the order of the file. */
export type Curve = readonly (readonly [step: number, value: number])[];

const script = fileURLToPath(new URL('../../scripts/tensorboard.mjs', import.meta.url));

/** The Python that has TensorBoard; `null` where `node scripts/tensorboard.mjs` has not installed it. */
export function tensorboardPython(): string | null {
  try {
    return execFileSync(process.execPath, [script, '--where'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}

/** Whether a Python is at hand that TensorBoard could be installed for. */
export function hasPython(): boolean {
  return spawnSync('python3', ['--version']).status === 0;
}

const reader = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={'scalars': 0})
events.Reload()
print(json.dumps({tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()['scalars']}))
`;

/** The curves of a folder of event files, by tag, as TensorBoard reads them. */
export function readCurves(python: string, folder: string): Record<string, Curve> {
  const json = execFileSync(python, ['-c', reader, folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(json) as Record<string, Curve>;
}

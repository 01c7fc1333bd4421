import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** One line of the support table: what the tests of a feature said on one backend. */
export interface SupportRow {
  /** Room and name, such as `losses/focalCrossEntropy`. */
  readonly feature: string;
  /** Whether the name is an export of the room; if not it is that of a test file which looks at several. */
  readonly exported: boolean;
  readonly environment: 'node' | 'chromium';
  readonly backend: string;
  /** Of the tests that do not name gradients alone; `null` where there is none. */
  readonly values: Verdict;
  /** Of the tests that name gradients. */
  readonly gradient: Verdict;
  /** Number of tests that ran. */
  readonly tests: number;
}

/** Every test passed, one failed, or none ran. */
type Verdict = 'pass' | 'fail' | null;

/** The file: rows by feature, then environment, then backend. */
export interface SupportTable {
  readonly about: string;
  readonly rows: readonly SupportRow[];
}

interface Outcome {
  readonly passed: boolean;
  readonly name: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const file = path.join(root, 'docs/support.json');
const about =
  'What the tests said of each feature on each backend, written by `npm run support`: values and gradient are "pass", "fail" or null (no test).';

/** Vitest reporter that puts what ran on the backends into `docs/support.json`, in place of what it says of them there. */
export default class SupportReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const outcomes = new Map<string, Outcome[]>();
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        const backend = /\[(cpu|wasm|tensorflow|webgl|webgpu)\]/.exec(test.fullName)?.[1];
        if (backend === undefined || (state !== 'passed' && state !== 'failed')) continue;
        const environment = module.project.name.startsWith('chromium') ? 'chromium' : 'node';
        const key = [featureOf(test, module), environment, backend].join(' ');
        const outcome = { passed: state === 'passed', name: `${path.basename(module.moduleId)} ${test.fullName}` };
        outcomes.set(key, [...(outcomes.get(key) ?? []), outcome]);
      }
    }
    write([...outcomes].map(([key, tests]) => rowOf(key, tests)));
  }
}

function rowOf(key: string, tests: readonly Outcome[]): SupportRow {
  const [feature, environment, backend] = key.split(' ') as [string, SupportRow['environment'], string];
  const [room, name] = feature.split('/') as [string, string];
  const aboutGradients = ({ name }: Outcome): boolean => /gradient/i.test(name);
  const onlyGradients = ({ name }: Outcome): boolean => /gradient/i.test(name) && !/value/i.test(name);
  return {
    feature,
    exported: exportsOf(room).has(name),
    environment,
    backend,
    values: verdict(tests.filter((test) => !onlyGradients(test))),
    gradient: verdict(tests.filter(aboutGradients)),
    tests: tests.length,
  };
}

function verdict(tests: readonly Outcome[]): Verdict {
  if (tests.length === 0) return null;
  return tests.every(({ passed }) => passed) ? 'pass' : 'fail';
}

/** The export that the names around a test, or that of its file, speak of; else the file's own name. */
function featureOf(test: TestCase, module: TestModule): string {
  const [room, ...rest] = path.relative(path.join(root, 'test'), module.moduleId).split(path.sep) as [string];
  const stem = path.basename(rest.at(-1) ?? room, '.test.ts');
  const names = exportsOf(room);
  const around = test.fullName.split(' > ').slice(0, -1).join(' ');
  const named = (around.match(/\w+/g) ?? []).find((word) => names.has(word));
  const ofFile = [...names].filter((name) => stem.startsWith(name)).sort((a, b) => b.length - a.length)[0];
  return `${room}/${named ?? ofFile ?? stem}`;
}

const exportsByRoom = new Map<string, Set<string>>();

/** Names that a room exports, types left out. */
function exportsOf(room: string): Set<string> {
  const known = exportsByRoom.get(room);
  if (known) return known;
  const index = path.join(root, 'src', room, 'index.ts');
  const text = existsSync(index) ? readFileSync(index, 'utf8') : '';
  const lists = [...text.matchAll(/export \{([^}]*)\}/g)].map(([, list]) => list!.split(','));
  const names = new Set(
    lists
      .flat()
      .map((name) => name.trim())
      .filter((name) => /^\w+$/.test(name)),
  );
  exportsByRoom.set(room, names);
  return names;
}

function write(rows: readonly SupportRow[]): void {
  const place = ({ environment, backend }: SupportRow): string => `${environment} ${backend}`;
  const renewed = new Set(rows.map(place));
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SupportTable).rows : [];
  const order = (row: SupportRow): string => `${row.feature} ${place(row)}`;
  const all = [...before.filter((row) => !renewed.has(place(row))), ...rows];
  all.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const table: SupportTable = { about, rows: all };
  writeFileSync(file, `${JSON.stringify(table, null, 2)}\n`);
}

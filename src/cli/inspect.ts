import type { Duplicates } from '../data/index.js';
import { inspectData, type DataInspection, type InspectedPart, type InspectOptions } from '../data/node/index.js';
import type { Invocation } from './command.js';
import { printProgress, printResult, table } from './output.js';

/** Seconds between two lines of progress. */
const INTERVAL_S = 2;
/** Lines of one kind that are printed; `--json` has them all. */
const SHOWN = 10;

/** `longtail data inspect PATH`. */
export async function inspect(path: string, { options, signal }: Invocation): Promise<void> {
  const result = await inspectData(path, { ...readingOptions(options), signal, onProgress: progressLines() });
  printResult(options['json'] === true, result, () => describe(result));
}

function readingOptions(options: Invocation['options']): InspectOptions {
  const { labels, root, labelColumn, testLabels, testData: test } = options;
  const given = Object.entries({ labels, root, labelColumn, testLabels, test });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function progressLines(): (done: number, total: number) => void {
  let shown = performance.now();
  return (done, total) => {
    const now = performance.now();
    if (now - shown < 1000 * INTERVAL_S) return;
    shown = now;
    printProgress(`looked at ${done} of ${total} examples`);
  };
}

function describe(found: DataInspection): string {
  const { path, kind, train, test, imbalance, classNames, duplicates, unusable } = found;
  const parts = [
    ['training', train],
    ['test', test],
  ] as const;
  const present = parts.flatMap(([name, part]) => (part === null ? [] : [[name, part] as const]));
  return [
    `${path} (${kind}): ${present.map(([name, part]) => `${part.size} ${name} examples`).join(', ')}`,
    classTable(found),
    `imbalance   ${imbalance === null ? 'a class without examples' : ratioText(train.classCounts, imbalance)}, ${classNames.length} classes`,
    ...present.map(([name, part]) => `${name.padEnd(10)}  ${sizesText(part)}`),
    `groups      ${groupsText(found)}`,
    ...duplicateLines('training examples that repeat another', duplicates.train),
    ...(test === null ? [] : duplicateLines('test examples that repeat another', duplicates.test)),
    ...(test === null ? [] : duplicateLines('test examples that are training examples too', duplicates.across)),
    ...duplicateLines('contents under more than one label', duplicates.conflicts),
    `unusable    ${unusable.length}`,
    ...shortened(unusable.map(({ where, reason }) => `  ${where}: ${reason}`)),
  ].join('\n');
}

function classTable({ classNames, train, test, groups }: DataInspection): string {
  const groupOf = (y: number): string =>
    (['head', 'torso', 'tail'] as const).find((name) => groups[name].includes(y)) ?? '';
  return table(
    ['class', 'training', ...(test === null ? [] : ['test']), 'group'],
    classNames.map((name, y) => [
      name,
      String(train.classCounts[y]),
      ...(test === null ? [] : [String(test.classCounts[y])]),
      groupOf(y),
    ]),
  );
}

function ratioText(counts: readonly number[], imbalance: number): string {
  return `${imbalance.toFixed(2)} (${Math.max(...counts)} to ${Math.min(...counts)})`;
}

function sizesText({ sizes }: InspectedPart): string {
  const [first, ...others] = sizes.map(({ size, count }) => `${count} of ${size}`);
  if (first === undefined) return 'no example that can be used';
  const more = others.length > 2 ? ` and ${others.length - 2} more sizes` : '';
  const hint = others.length > 0 ? ' (train with --image-size)' : '';
  return `${[first, ...others.slice(0, 2)].join(', ')}${more}${hint}`;
}

function groupsText({ groups }: DataInspection): string {
  const { scheme, head, torso, tail } = groups;
  return `${head.length} head, ${torso.length} torso, ${tail.length} tail, by ${scheme}`;
}

function duplicateLines(what: string, { count, examples }: Duplicates): string[] {
  return [`duplicates  ${count} ${what}`, ...examples.map((places) => `  ${places.join(' = ')}`)];
}

function shortened(lines: readonly string[]): string[] {
  if (lines.length <= SHOWN) return [...lines];
  return [...lines.slice(0, SHOWN), `  ... and ${lines.length - SHOWN} more; --json lists them all`];
}

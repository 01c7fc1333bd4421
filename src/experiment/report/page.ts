import { blocksHtml } from './blocks.js';
import { count, listed, plural } from './format.js';
import { escapeHtml } from './html.js';
import type { RecordedRun } from './records.js';
import type { SectionOf } from './section.js';
import { calibration } from './sections/calibration.js';
import { confusion } from './sections/confusion.js';
import { convergence } from './sections/convergence.js';
import { curves } from './sections/curves.js';
import { differences } from './sections/differences.js';
import { groups } from './sections/groups.js';
import { kernel } from './sections/kernel.js';
import { linearity } from './sections/linearity.js';
import { ranking } from './sections/ranking.js';
import { recall } from './sections/recall.js';
import { results } from './sections/results.js';
import { setup, stateOf } from './sections/setup.js';
import { pageHtml } from './shell.js';
import { studiesOf, type Study } from './study.js';

/** The sections of a study, in order; each may find nothing to say. */
const sections: readonly SectionOf[] = [
  results,
  ranking,
  differences,
  curves,
  convergence,
  linearity,
  kernel,
  recall,
  groups,
  calibration,
  confusion,
  setup,
];

/** One self-contained page about runs: it loads nothing, and reads without its script. */
export async function reportPage(runs: readonly RecordedRun[]): Promise<string> {
  const studies = studiesOf(runs);
  const title = titleOf(studies);
  const bodies: string[] = [];
  for (const [index, study] of studies.entries()) bodies.push(await studyHtml(study, index, studies.length === 1));
  return pageHtml({ title, summary: summary(runs), notice: notice(runs), body: bodies.join('\n') });
}

function titleOf(studies: readonly Study[]): string {
  const [first] = studies;
  if (studies.length > 1) return `Runs on ${studies.length} data sets`;
  const { methods, title } = first!;
  return methods.length === 1 ? `${methods[0]!.label} on ${title}` : `${methods.length} methods on ${title}`;
}

function summary(runs: readonly RecordedRun[]): string {
  const unique = (of: (run: RecordedRun) => unknown): string[] => [...new Set(runs.map((run) => String(of(run))))];
  const seeds = [...new Set(runs.map(({ config }) => config.seed))].sort((a, b) => a - b);
  const days = unique(({ environment: { started } }) =>
    typeof started === 'string' ? started.slice(0, 10) : '',
  ).sort();
  const when =
    days[0] === '' || days.length === 0 ? '' : ` ${days.length === 1 ? days[0] : `${days[0]} to ${days.at(-1)}`}.`;
  const models = unique(({ config }) => config['model'] ?? 'unknown');
  const backends = unique(({ environment }) => environment['backend'] ?? 'unknown');
  return (
    `${plural(runs.length, 'run')}, ${seeds.length === 1 ? `seed ${seeds[0]}` : `${count(seeds.length)} seeds`}; ` +
    `model ${listed(models)}; backend ${listed(backends)}.${when}`
  );
}

/** Runs that are not finished are named before anything is read off the page. */
function notice(runs: readonly RecordedRun[]): string {
  const open = runs.filter(({ report }) => report === null);
  if (open.length === 0) return '';
  const names = open.slice(0, 5).map((run) => `${run.name} (${stateOf(run)})`);
  const more = open.length > 5 ? ` and ${open.length - 5} more` : '';
  const which = runs.length === 1 ? 'This run has' : `${open.length} of ${runs.length} runs have`;
  const text = `${which} no scores yet, only the curves so far: ${names.join(', ')}${more}.`;
  return `<p class="notice" role="note">${escapeHtml(text)}</p>`;
}

/** A study that is alone has the title of the page; its sections then stand one level higher. */
async function studyHtml(study: Study, index: number, isAlone: boolean): Promise<string> {
  const parts: string[] = [];
  const links: string[] = [];
  const level = isAlone ? 2 : 3;
  for (const sectionOf of sections) {
    const section = sectionOf(study);
    if (section === null) continue;
    const id = `study-${index + 1}-${sectionOf.name}`;
    const heading = escapeHtml(section.title);
    links.push(`<li><a href="#${id}">${heading}</a></li>`);
    const body = await blocksHtml(section.blocks, level + 1);
    parts.push(`<section>\n<h${level} id="${id}">${heading}</h${level}>\n${body}\n</section>`);
  }
  const title = escapeHtml(study.title);
  const nav = `<nav aria-label="Sections on ${title}"><ul>${links.join('')}</ul></nav>`;
  return `<article>\n${isAlone ? '' : `<h2 class="study">${title}</h2>\n`}${nav}\n${parts.join('\n')}\n</article>`;
}

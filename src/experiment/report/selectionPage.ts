import { basename } from 'node:path';
import type { SelectionSummary } from '../selection/summary.js';
import { blocksHtml } from './blocks.js';
import { gainChart, histogramChart, type Histogram } from './charts/selection.js';
import { count, fixed, listed, percent, quantity } from './format.js';
import type { Block, Figure } from './section.js';
import { pageHtml } from './shell.js';

/** A self-contained page about one selection: what it holds against the pool, and what each item added. */
export async function selectionPage(summary: SelectionSummary, gains: ArrayLike<number>): Promise<string> {
  const { pool, method, balance, budget, selected, trueClasses, classes, boundaries } = summary;
  const classesTitle = trueClasses ? 'Classes' : 'Predicted classes';
  const from = 'run' in summary.from ? `run ${basename(summary.from.run)}` : basename(summary.from.embeddings);
  const figures: Figure[] = [
    histogram(classesTitle, 'classes', ordered(classes)),
    histogram('Decision boundaries', 'boundaries', ordered(boundaries)),
    gainFigure(gains),
  ];
  const blocks: Block[] = [
    { type: 'text', text: reason(summary) },
    { type: 'text', text: promise(summary) },
    { type: 'figures', legend: [], figures },
    { type: 'details', summary: 'All classes', blocks: [partTable(classesTitle, ordered(classes))] },
    { type: 'details', summary: 'All boundaries', blocks: [partTable('Decision boundaries', ordered(boundaries))] },
  ];
  const balanced = balance === 'none' ? '' : `, balanced by ${balance === 'both' ? 'class and boundary' : balance}`;
  return pageHtml({
    title: `${count(selected)} of ${count(pool.size)} examples of ${pool.name}`,
    summary: `${method}${balanced}; budget ${count(budget)}; from ${from}${summary.shards === null ? '' : `, in ${count(summary.shards)} shards`}.`,
    body: `<section>\n<h2>Selection</h2>\n${await blocksHtml(blocks, 3)}\n</section>`,
  });
}

function reason({ selected, budget, stopped, feasibility }: SelectionSummary): string {
  if (selected === budget) return `All ${count(budget)} items of the budget were selected.`;
  const why = {
    budget: '',
    constraint: 'the caps allow no other item',
    gain: 'no item would add anything',
    items: 'there are no more items',
  };
  return `${count(selected)} of ${count(budget)} items were selected: ${why[stopped]}. ${sentence(feasibility.because)}`;
}

function promise({ guarantee: { factor, holds, because } }: SelectionSummary): string {
  if (factor === null || !holds) return `No factor is proven for it: ${because}.`;
  return `Its value is at least ${fixed(factor, 3)} of the best possible one: ${because}.`;
}

const sentence = (text: string): string =>
  `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;

/** Most frequent in the pool first. */
function ordered({ names, pool, selected }: Histogram): Histogram {
  const order = [...pool.keys()].sort((a, b) => pool[b]! - pool[a]! || a - b);
  return {
    names: order.map((i) => names[i]!),
    pool: order.map((i) => pool[i]!),
    selected: order.map((i) => selected[i]!),
  };
}

function histogram(title: string, what: string, parts: Histogram): Figure {
  const most = parts.names
    .slice(0, 3)
    .map((name, i) => `${name} ${share(parts.pool, i)} and ${share(parts.selected, i)}`);
  const lost = parts.selected.filter((selected) => selected === 0).length;
  return {
    title,
    caption:
      `Share of the ${count(parts.names.length)} ${what} in the pool and in the selection, in %: ${listed(most)}` +
      `${lost === 0 ? '; each is in the selection' : `; ${count(lost)} are not in the selection`}.`,
    chart: histogramChart(parts),
  };
}

function share(counts: readonly number[], at: number): string {
  return percent(counts[at]! / (counts.reduce((sum, value) => sum + value, 0) || 1));
}

function gainFigure(gains: ArrayLike<number>): Figure {
  const ends = gains.length === 0 ? '' : `, from ${quantity(gains[0]!)} to ${quantity(gains[gains.length - 1]!)}`;
  return {
    title: 'Gain of each item',
    caption: `In the order in which they were taken${ends}.`,
    chart: gainChart(gains),
  };
}

function partTable(caption: string, { names, pool, selected }: Histogram): Block {
  return {
    type: 'table',
    caption,
    columns: ['Part', 'Pool', 'Selected', 'Selected, %'],
    rows: names.map((name, i) => [
      name,
      { text: count(pool[i]!), value: pool[i]! },
      { text: count(selected[i]!), value: selected[i]! },
      {
        text: pool[i] === 0 ? '–' : percent(selected[i]! / pool[i]!),
        value: pool[i] === 0 ? null : selected[i]! / pool[i]!,
      },
    ]),
  };
}

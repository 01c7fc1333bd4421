import { draw } from './charts/draw.js';
import { colorOf, dashOf, shapeOf } from './charts/theme.js';
import { escapeHtml } from './html.js';
import type { Block, Cell, Figure, Table } from './section.js';
import type { Series } from './study.js';

/** Makes HTML of blocks, in order; headings in them are of that level. */
export async function blocksHtml(blocks: readonly Block[], level: number): Promise<string> {
  const parts: string[] = [];
  for (const block of blocks) parts.push(await blockHtml(block, level)); // one chart at a time: vega is not made to share
  return parts.join('\n');
}

async function blockHtml(block: Block, level: number): Promise<string> {
  switch (block.type) {
    case 'text':
      return block.text === '' ? '' : `<p>${escapeHtml(block.text)}</p>`;
    case 'note':
      return block.text === '' ? '' : `<p class="note">${escapeHtml(block.text)}</p>`;
    case 'table':
      return tableHtml(block);
    case 'details':
      return `<details><summary>${escapeHtml(block.summary)}</summary>\n${await blocksHtml(block.blocks, level)}\n</details>`;
    case 'figures': {
      const figures: string[] = [];
      for (const figure of block.figures) figures.push(await figureHtml(figure, level));
      return `${legendHtml(block.legend)}<div class="figures">\n${figures.join('\n')}\n</div>`;
    }
  }
}

async function figureHtml({ title, caption, chart }: Figure, level: number): Promise<string> {
  const svg = await draw(chart, title);
  return `<figure><h${level}>${escapeHtml(title)}</h${level}>\n${svg}\n<figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

/** One entry needs no legend: the caption names it. */
function legendHtml(series: readonly Series[]): string {
  if (series.length < 2) return '';
  const items = series.map((one) => `<li>${swatch(one)}${escapeHtml(one.label)}</li>`);
  return `<ul class="legend">${items.join('')}</ul>\n`;
}

function swatch(series: Series): string {
  const color = colorOf(series);
  const line = `<path d="M0,6H30" stroke="${color}" stroke-width="2" stroke-dasharray="${dashOf(series).join(' ')}"/>`;
  const mark = `<path transform="translate(15,6) scale(3.6)" d="${shapeOf(series)}" fill="${color}"/>`;
  return `<svg width="30" height="12" viewBox="0 0 30 12" aria-hidden="true">${line}${mark}</svg>`;
}

function tableHtml({ caption, columns, rows }: Table): string {
  const numeric = columns.map((_, column) => rows.some((row) => typeof row[column] !== 'string'));
  const kind = (column: number): string => (numeric[column] ? ' class="number"' : '');
  const head = columns.map((name, column) => `<th scope="col"${kind(column)}>${escapeHtml(name)}</th>`).join('');
  const body = rows.map(
    (row) => `<tr>${row.map((cell, column) => cellHtml(cell, column, kind(column))).join('')}</tr>`,
  );
  const sortable = rows.length > 2 ? ' data-sortable' : '';
  return (
    `<div class="scroll" role="group" tabindex="0" aria-label="${escapeHtml(caption)}"><table${sortable}>` +
    `<caption><span>${escapeHtml(caption)}</span></caption>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody></table></div>`
  );
}

function cellHtml(cell: Cell, column: number, kind: string): string {
  const [text, value] = typeof cell === 'string' ? [cell, null] : [cell.text, cell.value];
  const data = value === null ? '' : ` data-value="${value}"`;
  return column === 0
    ? `<th scope="row"${kind}${data}>${escapeHtml(text)}</th>`
    : `<td${kind}${data}>${escapeHtml(text)}</td>`;
}

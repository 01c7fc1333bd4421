import { swatch } from './marks.js';
import { paint } from './paint.js';
import type { Problem } from './problem.js';
import type { Progress } from './session.js';

/** The element of the page with that id. */
export function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

const panels = ['plain', 'adjusted'];

/** A row for each class, its recall unknown. */
export function showClasses({ classCounts }: Problem): void {
  element('recall').innerHTML = classCounts.map(rowOf).join('');
}

function rowOf(count: number, k: number): string {
  const recall = `<td><div class="recall"><span class="bar class-${k}"></span><span class="value">&ndash;</span></div></td>`;
  const name = String.fromCharCode(65 + k);
  return `<tr><th scope="row">${swatch(k)}${name}</th><td>${count}</td>${recall.repeat(panels.length)}</tr>`;
}

/** Paints both panels and fills in the recalls. */
export function showProgress({ train }: Problem, progress: readonly Progress[]): void {
  progress.forEach(({ recall, regions }, at) => {
    const panel = element(panels[at]!);
    const mean = recall.reduce((sum, value) => sum + value) / recall.length;
    panel.querySelector('.score')!.textContent = percent(mean);
    paint(panel.querySelector('canvas')!, regions, train);
    recall.forEach((value, k) => {
      const cell = element<HTMLTableSectionElement>('recall').rows[k]!.cells[2 + at]!;
      cell.querySelector<HTMLElement>('.bar')!.style.setProperty('--share', String(value));
      cell.querySelector('.value')!.textContent = percent(value);
    });
  });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)}%`;
}

/** Shows what went wrong, or takes it away. */
export function showError(error?: unknown): void {
  const place = element('error');
  place.hidden = error === undefined;
  if (error !== undefined) element('status').textContent = '';
  place.textContent = error instanceof Error ? error.message : String(error ?? '');
}

import { escapeHtml } from '../html.js';
import type { Chart } from './theme.js';

/** Draws a chart as inline SVG for a page; vega is loaded with the first one. */
export async function draw(chart: Chart, label: string): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new vega.View(vega.parse(compile(chart).spec), { renderer: 'none', logLevel: vega.Error });
  try {
    return tidy(await view.toSVG()).replace('<svg ', `<svg role="img" aria-label="${escapeHtml(label)}" `);
  } finally {
    view.finalize();
  }
}

/** Drops what an inline image does not need: empty layers, vega's names of groups, digits below a hundredth of a pixel. */
function tidy(svg: string): string {
  return svg
    .replaceAll(/<path class="(background|foreground)"[^>]*>/g, '')
    .replaceAll(/<[^>]+>/g, (tag) =>
      tag
        .replaceAll(
          / (class|role|aria-[a-z]+|pointer-events|xmlns:xlink|version|font-family)="[^"]*"| opacity="1"/g,
          '',
        )
        .replaceAll(/(\.\d\d)\d+/g, '$1'),
    )
    .replaceAll('<g></g>', '');
}

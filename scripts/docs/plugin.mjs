// A plugin of TypeDoc: formulas, documents named by their first heading, and a site that needs nothing from elsewhere.
import { cpSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Converter, RendererEvent } from 'typedoc';
import { formulas } from './formulas.mjs';

/** What TypeDoc calls. */
export function load(app) {
  app.on('bootstrapEnd', () => app.options.setValue('markdownItLoader', formulas));
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => nameByHeading(document));
  app.renderer.on(RendererEvent.END, ({ outputDirectory }) => copyKatex(join(outputDirectory, 'assets/katex')));
}

function nameByHeading(document) {
  const heading = /^\s*# (.+)$/m.exec(document.content[0]?.text ?? '');
  if (heading) document.name = heading[1];
}

function copyKatex(folder) {
  const katex = dirname(fileURLToPath(import.meta.resolve('katex')));
  cpSync(join(katex, 'katex.min.css'), join(folder, 'katex.min.css'));
  for (const font of readdirSync(join(katex, 'fonts')).filter((name) => name.endsWith('.woff2')))
    cpSync(join(katex, 'fonts', font), join(folder, 'fonts', font));
}

// Builds the docs site, docs/api: pages that are generated must be fresh, and the site must need nothing from elsewhere.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, step } from './steps.mjs';

const node = (title, ...args) => step(title, process.execPath, args);

node('page of the commands', 'scripts/commandsPage.mjs', '--check');
node('page of the backends', 'scripts/supportPage.mjs', '--check');
node('site', 'node_modules/typedoc/bin/typedoc');

const site = join(root, 'docs/api');
const pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(html|css)$/.test(name));
const loaded =
  /(?:<(?:script|link|img|iframe)\b[^>]*(?:src|href)="|@import\s+['"]|url\(['"]?)((?:https?:)?\/\/[^'")]+)/g;
const problems = pages.flatMap((name) =>
  [...readFileSync(join(site, name), 'utf8').matchAll(loaded)].map(([, address]) => `${name} loads ${address}`),
);
const formulas = pages.filter((name) => readFileSync(join(site, name), 'utf8').includes('class="katex"')).length;
if (formulas === 0) problems.push('no page has a formula');
for (const problem of problems) console.error(problem);
console.log(`${pages.length} pages, ${formulas} with formulas, ${problems.length} problems: docs/api/index.html`);
if (problems.length > 0) process.exitCode = 1;

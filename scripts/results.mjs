// `npm run results` lists the figures of docs/results.md; with --check it fails on a row that cannot be made again.
// A figure's section names, in a table "how": command (an npm script), commit, machine and seeds.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { root } from './steps.mjs';

const check = process.argv.includes('--check');
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const sections = readFileSync(`${root}docs/results.md`, 'utf8').split(/^## /m).slice(1);
const problems = [];

for (const section of sections) {
  const title = section.split('\n', 1)[0].trim();
  const how = Object.fromEntries(
    [...section.matchAll(/^\| (command|commit|machine|seeds) +\| (.+?) +\|$/gm)].map(([, key, value]) => [key, value]),
  );
  for (const key of ['command', 'commit', 'machine', 'seeds']) if (!how[key]) problems.push(`${title}: no ${key}`);
  const script = /npm run ([\w:-]+)/.exec(how.command ?? '')?.[1];
  if (how.command && script === undefined) problems.push(`${title}: the command is no npm script: ${how.command}`);
  if (script !== undefined && !(script in scripts)) problems.push(`${title}: package.json has no script "${script}"`);
  for (const [path] of (scripts[script] ?? '').matchAll(/[\w./-]+\.mjs/g)) {
    if (!existsSync(join(root, path))) problems.push(`${title}: ${path}, which "${script}" runs, is not there`);
  }
  if (how.commit && !isCommit(how.commit)) problems.push(`${title}: unknown commit ${how.commit}`);
  if (!check) console.log(`${title}\n  ${how.command ?? '-'} at ${how.commit ?? '-'}`);
}
for (const file of ['README.md', 'docs/results.md']) {
  const text = readFileSync(`${root}${file}`, 'utf8');
  for (const [token] of text.matchAll(/\b(QUICKSTART|BENCH)_?[A-Z_]*\b/g))
    problems.push(`${file}: "${token}" was not filled in`);
  for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
    if (!existsSync(join(root, dirname(file), target)))
      problems.push(`${file}: links to ${target}, which is not there`);
  }
}
if (sections.length === 0) problems.push('docs/results.md has no section');

for (const problem of problems) console.error(problem);
console.log(`${sections.length} figures, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** Whether the repository holds the commit; a shallow clone cannot tell, and then the form must do. */
function isCommit(text) {
  const name = text.replaceAll('`', '');
  if (!/^[0-9a-f]{7,40}$/.test(name)) return false;
  try {
    if (
      execFileSync('git', ['rev-parse', '--is-shallow-repository'], { cwd: root, encoding: 'utf8' }).trim() === 'true'
    ) {
      return true;
    }
    execFileSync('git', ['cat-file', '-e', `${name}^{commit}`], { cwd: root, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

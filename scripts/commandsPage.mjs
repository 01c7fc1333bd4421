// Writes docs/commands.md from the data that `longtail --help` is made from; with --check it only compares, and exits with 1
// where the page is stale. Needs dist/.
import { flagsOf, listed, wordsOf } from '../dist/cli/command.js';
import { commands } from '../dist/cli/commands.js';
import { generatedPage } from './generatedPage.mjs';
import { root } from './steps.mjs';

const file = `${root}docs/commands.md`;

const intro = `# Commands

Written by \`npm run docs:commands\` from the data that \`longtail --help\` shows; do not edit.

The result of a command is on stdout, as one JSON object with \`--json\`; progress is on stderr. It exits with 0 when done, 1 when it
failed, 2 on wrong usage, 130 after Ctrl-C and 143 after SIGTERM. Every option of a run is also a key of a config file, in camel case.

A shell in which \`longtail\` is on the path, as after \`export PATH="$PWD/node_modules/.bin:$PATH"\`, completes its commands,
options, names and paths with

${block(commands.find(({ name }) => name === 'completion').examples)}
`;

function section({ name, summary, arguments: words, options, examples }) {
  const usage = ['longtail', name, ...(options.length > 0 ? ['[options]'] : []), ...words.map(wordsOf)].join(' ');
  const all = listed(options);
  const groups = [...new Set(all.map(({ group }) => group))].map((title) => [
    title,
    all.filter(({ group }) => group === title),
  ]);
  return [
    `## longtail ${name}`,
    `${summary[0].toUpperCase()}${summary.slice(1)}.`,
    block([usage]),
    ...(words.length > 0 ? [table('argument', words, wordsOf)] : []),
    ...groups.flatMap(([title, some]) => [...(title ? [`### ${title}`] : []), table('option', some, flagsOf)]),
    'Examples:',
    block(examples),
  ].join('\n\n');
}

function table(title, rows, nameOf) {
  return [`| ${title} | |`, '| --- | --- |', ...rows.map((row) => `| \`${nameOf(row)}\` | ${meaning(row)} |`)].join(
    '\n',
  );
}

function meaning({ help, choices, orPath }) {
  const text = help.replaceAll(/[\\|*_<]/g, '\\$&');
  if (choices === undefined) return text;
  return `${text}. One of ${choices.map((choice) => `\`${choice}\``).join(', ')}${orPath ? ', or a path' : ''}`;
}

function block(lines) {
  return ['```sh', ...lines, '```'].join('\n');
}

const text = [intro, ...commands.map(section)].join('\n\n');
await generatedPage(file, text, 'npm run docs:commands');

import { ownOptions, type Completed, type CompletedCommand, type CompletedOption } from './grammar.js';

/** A script for fish that completes these commands. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  return `# Completion of longtail for fish: longtail completion fish > ~/.config/fish/completions/longtail.fish

# Without a command: whether none has been named yet; with one: whether it is that.
function __longtail_in
    set -l words (commandline -opc)
    test "$words[2]" = "$argv[1]"
end

complete -c longtail -f
${ownOptions.map((option) => line('__longtail_in', optionWords(option))).join('\n')}
${commands.map(({ name, help }) => line('__longtail_in', `-a ${name} -d ${quoted(help)}`)).join('\n')}
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ name, options, arguments: all }: CompletedCommand): string[] {
  const isIn = `__longtail_in ${name}`;
  const words = all.map((argument) => line(isIn, `${files(argument, '')}${namesOf(argument)}`.trim()));
  return [...words, ...options.map((option) => line(isIn, optionWords(option)))];
}

const line = (condition: string, words: string): string => `complete -c longtail -n '${condition}' ${words}`;

function optionWords({ flag, help, value }: CompletedOption): string {
  const takes = value ? `${files(value, ' -x')}${namesOf(value)}` : '';
  return `-l ${flag.slice(2)}${takes} -d ${quoted(help)}`;
}

/** `-r` requires a value, `-F` allows files; `-x` requires a value that is no file. */
function files({ path }: Completed, otherwise: string): string {
  if (!path) return otherwise;
  return otherwise === '' ? ' -F' : ' -r -F';
}

const namesOf = ({ names }: Completed): string => (names.length === 0 ? '' : ` -a '${names.join(' ')}'`);

const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;

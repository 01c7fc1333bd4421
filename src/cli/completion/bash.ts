import { ownOptions, type Completed, type CompletedCommand } from './grammar.js';

/** A script for bash 3.2 and later that completes these commands. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const first = [...commands.map(({ name }) => name), ...ownOptions.map(({ flag }) => flag)].join(' ');
  return `# Completion of longtail for bash. In ~/.bashrc: eval "$(longtail completion bash)"

# The functions below set values to what may come: names, and / for a path.
_longtail_options() {
  case $1 in
${commands.map(({ name, options }) => `    ${name}) values='${options.map(({ flag }) => flag).join(' ')}' ;;`).join('\n')}
  esac
}

# What follows an option of a command; fails where nothing does.
_longtail_value() {
  case $1 in
${cases(commands.flatMap(valuesOfOptions))}
    *) return 1 ;;
  esac
}

# What an argument of a command may be, by its place.
_longtail_argument() {
  case $1 in
${cases(commands.flatMap(valuesOfArguments))}
  esac
}

_longtail() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]}
  local values='' place=1 i reply
  # Bash takes --option=value for three words.
  [[ $before == = ]] && before=\${COMP_WORDS[COMP_CWORD - 2]}
  [[ $word == = ]] && word=''
  if ((COMP_CWORD == 1)); then
    values='${first}'
  elif [[ $word == -* ]]; then
    _longtail_options "$command"
  elif ! _longtail_value "$command $before"; then
    for ((i = 2; i < COMP_CWORD; i++)); do
      case \${COMP_WORDS[i]} in
        =) ((i++)) ;;
        -*) [[ \${COMP_WORDS[i + 1]} != = ]] && _longtail_value "$command \${COMP_WORDS[i]}" && ((i++)) ;;
        *) ((place++)) ;;
      esac
    done
    values=''
    _longtail_argument "$command $place"
  fi
  COMPREPLY=()
  while IFS= read -r reply; do COMPREPLY+=("$reply"); done < <(
    compgen -W "\${values%/}" -- "$word"
    if [[ $values == */ ]]; then compgen -f -- "$word"; fi
  )
  if [[ $values == */ ]]; then compopt -o filenames 2> /dev/null; fi
  return 0
}

complete -F _longtail longtail
`;
}

type Case = readonly [pattern: string, values: string];

const valuesOf = ({ names, path }: Completed): string => [...names, ...(path ? ['/'] : [])].join(' ');

function valuesOfOptions({ name, options }: CompletedCommand): Case[] {
  return options.flatMap(({ flag, value }) => (value ? [[`'${name} ${flag}'`, valuesOf(value)] as const] : []));
}

function valuesOfArguments({ name, arguments: all, variadic }: CompletedCommand): Case[] {
  return all.map((argument, index) => {
    const isLast = index === all.length - 1;
    return [variadic && isLast ? `'${name} '*` : `'${name} ${index + 1}'`, valuesOf(argument)];
  });
}

/** Branches of a case statement, those of equal values in one. */
function cases(all: readonly Case[]): string {
  const patterns = new Map<string, string[]>();
  for (const [pattern, values] of all) patterns.set(values, [...(patterns.get(values) ?? []), pattern]);
  return [...patterns].map(([values, some]) => `    ${some.join(' | ')}) values='${values}' ;;`).join('\n');
}

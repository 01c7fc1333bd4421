import { ownOptions, type Completed, type CompletedCommand, type CompletedOption } from './grammar.js';

/** A script for zsh that completes these commands, to be sourced or to lie in a folder of `fpath`. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  return `#compdef longtail
# Completion of longtail for zsh. In ~/.zshrc, after compinit: source <(longtail completion zsh)

_longtail_names_or_path() {
  _alternative "names:name:($*)" 'paths:path:_files'
}

_longtail() {
  local curcontext=$curcontext state line
  local -A opt_args
  local -a commands=(
${commands.map(({ name, help }) => `    ${quoted(`${name}:${help}`)}`).join('\n')}
  )
  _arguments -C ${ownOptions.map((option) => quoted(specOf(option))).join(' ')} '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $line[1] in
${commands.map(branch).join('\n')}
      esac
      ;;
  esac
}

if [[ $funcstack[1] == _longtail ]]; then
  _longtail "$@"
else
  compdef _longtail longtail
fi
`;
}

function branch({ name, options, arguments: all, variadic }: CompletedCommand): string {
  const places = all.map((argument, index) => {
    const place = variadic && index === all.length - 1 ? '*' : index + 1;
    return `${place}${messageAndAction(argument)}`;
  });
  const specs = [...places, ...options.map(specOf)].map((spec) => ` \\\n            ${quoted(spec)}`);
  return `        ${name})\n          _arguments${specs.join('')}\n          ;;`;
}

function specOf({ flag, help, value }: CompletedOption): string {
  const explained = `[${help.replaceAll(/[\\[\]]/g, '\\$&')}]`;
  if (value === undefined) return `${flag}${explained}`;
  return `${flag}=${explained}${value.optional ? ':' : ''}${messageAndAction(value)}`;
}

function messageAndAction({ label, names, path }: Completed): string {
  if (names.length === 0) return `:${label}:${path ? '_files' : ' '}`;
  return path ? `:${label}: _longtail_names_or_path ${names.join(' ')}` : `:${label}:(${names.join(' ')})`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

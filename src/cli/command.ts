import type { OptionKind } from '../experiment/options.js';

/** An option of a command, as data: the parser, the help and the docs are made from it. */
export interface CommandOption {
  /** Name in camel case, as the command receives it; the flag is its kebab case. */
  readonly name: string;
  readonly kind: OptionKind | 'flag' | 'optional-path' | 'optional-number' | 'share';
  readonly help: string;
  /** What a choice can be. */
  readonly choices?: readonly string[];
  /** Whether a path is accepted besides the choices. */
  readonly orPath?: boolean;
  /** Heading that it stands below in the help and the docs. */
  readonly group?: string;
}

/** A positional argument. */
export interface CommandArgument {
  readonly name: string;
  readonly help: string;
  readonly required: boolean;
  readonly choices?: readonly string[];
  /** Whether a path is accepted besides the choices; the command itself refuses what is neither. */
  readonly orPath?: boolean;
  /** Whether it may be given several times; only the last one of a command. */
  readonly variadic?: boolean;
}

/** What a command is given. */
export interface Invocation {
  /** Positional arguments, in order. */
  readonly args: readonly (string | undefined)[];
  /** Options that were given, by name. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/** A command, as data. `run` is loaded only when the command is called, so that `--help` stays quick. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly arguments: readonly CommandArgument[];
  readonly options: readonly CommandOption[];
  readonly examples: readonly string[];
  readonly run: () => Promise<(invocation: Invocation) => Promise<void>>;
}

const values: Readonly<Record<CommandOption['kind'], string>> = {
  flag: '',
  switch: '',
  choice: ' <name>',
  number: ' <number>',
  'number-or-auto': ' <number>',
  'number-or-path': ' <path>',
  numbers: ' <list>',
  path: ' <path>',
  name: ' <name>',
  'optional-path': ' [run]',
  'optional-number': ' [number]',
  share: ' <i/n>',
};

/** `--max-per-class <number>`: an option and its value, in square brackets where it may be left out. */
export function flagsOf({ name, kind }: CommandOption): string {
  return `--${kebabCase(name)}${values[kind]}`;
}

/** `<run>` or `[run...]`: an argument, in square brackets where it may be left out. */
export function wordsOf({ name, required, variadic }: CommandArgument): string {
  const words = variadic ? `${name}...` : name;
  return required ? `<${words}>` : `[${words}]`;
}

/** The options as they are listed: below each switch the option that turns it off. */
export function listed(options: readonly CommandOption[]): CommandOption[] {
  return options.flatMap((option) => {
    if (option.kind !== 'switch') return [option];
    const off = { ...option, name: `no${option.name[0]!.toUpperCase()}${option.name.slice(1)}` };
    return [option, { ...off, help: `the opposite of --${kebabCase(option.name)}` }];
  });
}

/** `maxPerClass` to `max-per-class`. */
export function kebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

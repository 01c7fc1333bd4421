import { flagsOf, kebabCase, listed, type CommandOption } from '../command.js';
import { commands } from '../commands.js';

/** What a word of a command line may be. */
export interface Completed {
  /** Its name in the help. */
  readonly label: string;
  /** Names that it may be. */
  readonly names: readonly string[];
  /** Whether it may be a path. */
  readonly path: boolean;
}

/** An option, and its value if it takes one. */
export interface CompletedOption {
  /** `--max-per-class` */
  readonly flag: string;
  readonly help: string;
  readonly value?: Completed & { readonly optional: boolean };
}

/** A command for the scripts of the shells. */
export interface CompletedCommand {
  readonly name: string;
  readonly help: string;
  readonly options: readonly CompletedOption[];
  /** Positional arguments; the last may come again where `variadic`. */
  readonly arguments: readonly Completed[];
  readonly variadic: boolean;
}

const help: CompletedOption = { flag: '--help', help: 'display help for command' };

/** Options of `longtail` itself. */
export const ownOptions: readonly CompletedOption[] = [help, { flag: '--version', help: 'output the version number' }];

/** Every command, `help` among them. */
export function grammar(): CompletedCommand[] {
  const all = commands.map((command) => ({
    name: command.name,
    help: command.summary,
    options: [...listed(command.options).map(completedOption), help],
    arguments: command.arguments.map(({ name, choices, orPath }) => ({
      label: name,
      names: choices ?? [],
      path: choices === undefined || orPath === true,
    })),
    variadic: command.arguments.at(-1)?.variadic === true,
  }));
  const names = commands.map(({ name }) => name);
  const ofHelp = { name: 'help', help: help.help, options: [], arguments: [{ label: 'command', names, path: false }] };
  return [...all, { ...ofHelp, variadic: false }];
}

function completedOption(option: CommandOption): CompletedOption {
  const { name, help, kind, choices, orPath } = option;
  const [, bracket, label] = /([<[])(.*)[>\]]$/.exec(flagsOf(option)) ?? [];
  const flag = { flag: `--${kebabCase(name)}`, help };
  if (label === undefined) return flag;
  const path = orPath === true || /path/.test(kind);
  return { ...flag, value: { label, names: choices ?? [], path, optional: bracket === '[' } };
}

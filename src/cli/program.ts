import { Argument, Command as Program, CommanderError, InvalidArgumentError as BadValue, Option } from 'commander';
import { version } from '../version.js';
import { kebabCase, type Command, type CommandOption } from './command.js';
import { commands } from './commands.js';
import { listenForStop } from './stop.js';

/** Runs a command line; the exit code is 0 done, 1 failed, 2 wrong usage, 130 after Ctrl-C, 143 after SIGTERM. */
export async function main(argv: readonly string[]): Promise<number> {
  const stop = listenForStop();
  const program = new Program('longtail')
    .description('Training on long-tailed and very large label spaces with TensorFlow.js')
    .version(version, '-V, --version')
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError('(longtail COMMAND --help lists the options of a command)');
  for (const command of commands) addCommand(program, command, stop.signal);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return stop.exitCode() ?? 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    // Loaded now, because it brings tfjs along: --help must not wait for that.
    const report = async (): Promise<number> => (await import('./failure.js')).reportFailure(error);
    if (stop.signal.aborted && error === stop.signal.reason) return stop.exitCode()!;
    const code = await report();
    return stop.exitCode() ?? code;
  } finally {
    stop.dispose();
  }
}

function addCommand(program: Program, command: Command, signal: AbortSignal): void {
  const sub = program.command(command.name).description(command.summary).exitOverride().allowExcessArguments(false);
  for (const { name, help, required, choices, variadic } of command.arguments) {
    const words = variadic ? `${name}...` : name;
    const argument = new Argument(required ? `<${words}>` : `[${words}]`, help);
    sub.addArgument(choices ? argument.choices(choices).argParser((text) => text) : argument);
  }
  for (const option of command.options) sub.addOption(makeOption(option));
  for (const option of command.options) if (option.kind === 'switch') sub.addOption(makeOff(option));
  sub.addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  ${line}`).join('\n')}`);
  sub.action(async () => {
    const invocation = {
      args: (sub.processedArgs as (string | string[] | undefined)[]).flat(),
      options: sub.opts(),
      signal,
    };
    (await import('./choices.js')).checkChoices(command, invocation);
    const run = await command.run();
    await run(invocation);
  });
}

function makeOption({ name, kind, help, choices }: CommandOption): Option {
  const values = {
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
  const value = kind === 'flag' || kind === 'switch' ? '' : values[kind];
  const option = new Option(`--${kebabCase(name)}${value}`, help);
  // Shown in the help; checked below, with near misses.
  if (choices) option.choices(choices).argParser((text) => text);
  if (kind === 'number' || kind === 'optional-number') option.argParser((text) => parseNumber(text));
  if (kind === 'number-or-auto')
    option.argParser((text) => (text === 'auto' ? text : parseNumber(text, 'a number or auto')));
  if (kind === 'number-or-path') option.argParser((text) => (isNumber(text) ? Number(text) : text));
  if (kind === 'numbers')
    option.argParser((text) => (text === '' ? [] : text.split(',').map((part) => parseNumber(part))));
  return option;
}

function makeOff({ name }: CommandOption): Option {
  return new Option(`--no-${kebabCase(name)}`, `the opposite of --${kebabCase(name)}`);
}

function parseNumber(text: string, what = 'a number'): number {
  if (!isNumber(text)) throw new BadValue(`It must be ${what}.`);
  return Number(text);
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}

import { Argument, Command as Program, CommanderError, InvalidArgumentError as BadValue, Option } from 'commander';
import { version } from '../version.js';
import { flagsOf, listed, wordsOf, type Command, type CommandOption } from './command.js';
import { checkChoices } from './choices.js';
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
    .showHelpAfterError('(longtail COMMAND --help lists the options of a command)')
    .addHelpText('after', examplesText(commands.map(({ examples }) => examples[0]!)));
  for (const command of commands) addCommand(program, command, stop.signal);
  try {
    await program.parseAsync(withoutHelpOfNothing(argv), { from: 'user' });
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

/** Help of an unknown command is an unknown command, with near misses; commander would show the general help. */
function withoutHelpOfNothing(argv: readonly string[]): string[] {
  const command = argv[0] === 'help' ? argv[1] : argv[0];
  if (command === undefined || command.startsWith('-')) return [...argv];
  return commands.some(({ name }) => name === command) || command === 'help' ? [...argv] : [command];
}

function addCommand(program: Program, command: Command, signal: AbortSignal): void {
  const sub = program.command(command.name).description(command.summary).exitOverride().allowExcessArguments(false);
  for (const argument of command.arguments) {
    const made = new Argument(wordsOf(argument), argument.help);
    sub.addArgument(argument.choices ? made.choices(argument.choices).argParser((text) => text) : made);
  }
  for (const option of listed(command.options)) sub.addOption(makeOption(option));
  sub.addHelpText('after', examplesText(command.examples));
  sub.action(async () => {
    const invocation = {
      args: (sub.processedArgs as (string | string[] | undefined)[]).flat(),
      options: sub.opts(),
      signal,
    };
    await checkChoices(command, invocation);
    const run = await command.run();
    await run(invocation);
  });
}

function examplesText(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function makeOption(described: CommandOption): Option {
  const { kind, help, choices, group } = described;
  const option = new Option(flagsOf(described), help);
  if (group) option.helpGroup(`${group}:`);
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

function parseNumber(text: string, what = 'a number'): number {
  if (!isNumber(text)) throw new BadValue(`It must be ${what}.`);
  return Number(text);
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}

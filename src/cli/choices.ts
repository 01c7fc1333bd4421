import { existsSync } from 'node:fs';
import { looksLikePath } from '../experiment/options.js';
import { kebabCase, type Command, type Invocation } from './command.js';

/** Throws for a positional argument or an option that is none of its choices. */
export async function checkChoices(command: Command, { args, options }: Invocation): Promise<void> {
  for (const [index, { name, choices, orPath }] of command.arguments.entries()) {
    if (!orPath) await checkChoice(command, name, args[index], choices);
  }
  for (const { name, choices, orPath } of command.options) {
    const value = options[name];
    const isPath = looksLikePath(value) || (typeof value === 'string' && existsSync(value));
    if (!(orPath && isPath)) await checkChoice(command, `--${kebabCase(name)}`, value, choices);
  }
}

async function checkChoice(command: Command, name: string, value: unknown, choices?: readonly string[]): Promise<void> {
  if (choices === undefined || value === undefined || choices.some((choice) => choice === value)) return;
  // Loaded now, because it brings tfjs along.
  (await import('../core/index.js')).checkOneOf(command.name, name, value, choices);
}

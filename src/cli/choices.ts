import { existsSync } from 'node:fs';
import { checkOneOf } from '../core/index.js';
import { looksLikePath } from '../experiment/options.js';
import { kebabCase, type Command, type Invocation } from './command.js';

/** Throws for a positional argument or an option that is none of its choices. */
export function checkChoices(command: Command, { args, options }: Invocation): void {
  command.arguments.forEach(({ name, choices }, index) => {
    if (choices && args[index] !== undefined) checkOneOf(command.name, name, args[index], choices);
  });
  for (const { name, choices, orPath } of command.options) {
    const value = options[name];
    const isPath = looksLikePath(value) || (typeof value === 'string' && existsSync(value));
    if (choices && value !== undefined && !(orPath && isPath)) {
      checkOneOf(command.name, `--${kebabCase(name)}`, value, choices);
    }
  }
}

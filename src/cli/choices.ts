import { checkOneOf } from '../core/index.js';
import { kebabCase, type Command, type Invocation } from './command.js';

/** Throws for a positional argument or an option that is none of its choices. */
export function checkChoices(command: Command, { args, options }: Invocation): void {
  command.arguments.forEach(({ name, choices }, index) => {
    if (choices && args[index] !== undefined) checkOneOf(command.name, name, args[index], choices);
  });
  for (const { name, choices } of command.options) {
    if (choices && options[name] !== undefined) {
      checkOneOf(command.name, `--${kebabCase(name)}`, options[name], choices);
    }
  }
}

import type { Invocation } from '../command.js';
import { bashScript } from './bash.js';
import { fishScript } from './fish.js';
import { grammar } from './grammar.js';
import { zshScript } from './zsh.js';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `longtail completion SHELL` */
export async function runCompletion({ args }: Invocation): Promise<void> {
  process.stdout.write(scripts[args[0] as keyof typeof scripts](grammar()));
}

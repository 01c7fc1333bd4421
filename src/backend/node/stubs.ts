import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Key in `globalThis` under which the loader leaves the program's copy of TensorFlow.js for tfjs-node's files. */
export const TFJS_KEY = 'tfjs-longtail.tfjs';

/**
 * Writes the packages that tfjs-node's files ask for as references to the program's copy of TensorFlow.js. One object
 * serves for both: the union package hands out everything of core.
 */
export async function writeTfjsStubs(nodeModules: string): Promise<void> {
  for (const name of ['tfjs', 'tfjs-core']) {
    const folder = path.join(nodeModules, '@tensorflow', name);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'index.js'), `module.exports = globalThis[Symbol.for('${TFJS_KEY}')];\n`);
  }
}

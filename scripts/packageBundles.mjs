// Bundles of programs that use the installed package, as Vite makes them for a page.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

/** Bundles and minifies a program of the project for a page; TensorFlow.js stays outside. */
export async function bundle(folder, program) {
  const entry = join(folder, 'program.mjs');
  writeFileSync(entry, program);
  const { output } = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rollupOptions: { input: entry, external: /^@tensorflow\// },
    },
  });
  const chunks = output.filter(({ type }) => type === 'chunk');
  const code = chunks.map((chunk) => chunk.code).join('\n');
  // What of a module is left is in the bundle; modules that were dropped are listed with nothing left.
  const modules = chunks.flatMap((chunk) =>
    Object.entries(chunk.modules).flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [id] : [])),
  );
  return { code, chunks: chunks.length, modules, bytes: Buffer.byteLength(code), zipped: gzipSync(code).length };
}

/** The rooms of this package that a bundle has code of. */
export function roomsIn({ modules }) {
  const rooms = modules.flatMap((id) => /tfjs-longtail\/dist\/(\w+)/.exec(id)?.[1] ?? []);
  return [...new Set(rooms)].sort();
}

/** A program that keeps one export of a module, or all of them. */
export function keeping(module, name) {
  return `import * as all from '${module}'; globalThis.kept = ${name === undefined ? 'all' : `all.${name}`};`;
}

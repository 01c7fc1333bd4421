import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const root = path.resolve(import.meta.dirname, '../../../..');

/** The sources as JavaScript for child processes, which have no test runner to load TypeScript for them. */
export interface Compiled {
  /** File of `src/backend/node/NAME.ts`, compiled. */
  node(name: string): string;
  remove(): void;
}

/** Compiles the rooms below this one into a folder inside node_modules, from where packages are found. */
export function compileSources(): Compiled {
  const target = path.join(root, 'node_modules', '.longtail-test', `${process.pid}-${performance.now()}`);
  for (const room of ['core', 'backend']) {
    for (const entry of readdirSync(path.join(root, 'src', room), { recursive: true, encoding: 'utf8' })) {
      if (!entry.endsWith('.ts')) continue;
      const output = path.join(target, room, entry.replace(/\.ts$/, '.js'));
      mkdirSync(path.dirname(output), { recursive: true });
      const source = readFileSync(path.join(root, 'src', room, entry), 'utf8');
      const compilerOptions = {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2023,
        verbatimModuleSyntax: true,
      };
      writeFileSync(output, ts.transpileModule(source, { compilerOptions }).outputText);
    }
  }
  writeFileSync(path.join(target, 'package.json'), '{"type":"module"}');
  return {
    node: (name) => path.join(target, 'backend', 'node', `${name}.js`),
    remove: () => rmSync(target, { recursive: true, force: true }),
  };
}

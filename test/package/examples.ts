import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A block of TypeScript in the documentation. */
export interface Example {
  /** File and line that it begins at. */
  readonly where: string;
  readonly code: string;
}

/** The README and the documents of the site, from the checkout on. */
export function findDocuments(): string[] {
  const guides = readdirSync(join(root, 'docs/guides')).filter((file) => file.endsWith('.md')).sort(); // prettier-ignore
  return ['README.md', 'docs/getting-started.md', ...guides.map((file) => join('docs/guides', file))];
}

/** Every block of TypeScript in the doc comments of `src` and in the documents. */
export function findExamples(): Example[] {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort();
  const files = [...sources.map((file) => join('src', file)), ...findDocuments()];
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return [...text.matchAll(/^([ *]*)```ts\n(.*?)\n[ *]*```$/gms)].map(({ index, 1: indent, 2: body }) => ({
      where: `${file}:${text.slice(0, index).split('\n').length + 1}`,
      code: body!
        .split('\n')
        .map((line) => (line.startsWith(indent!) ? line.slice(indent!.length) : line.slice(indent!.trimEnd().length)))
        .join('\n'),
    }));
  });
}

/** A project in an empty folder that has this package and its dependencies installed, without a copy. */
export function linkProject(folder: string): void {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, object>;
  const { peerDependencies, devDependencies } = manifest;
  const modules = join(folder, 'node_modules');
  const link = (name: string, target: string): void => {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(target, join(modules, name));
  };
  link('tfjs-longtail', root);
  for (const name of new Set([...Object.keys(peerDependencies!), ...Object.keys(devDependencies!)])) {
    const target = join(root, 'node_modules', name);
    if (existsSync(target) && /^@(tensorflow|types)\//.test(name)) link(name, target);
  }
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
}

import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { freshFolder } from '../support/folders.js';
import { importScript } from '../support/script.js';
import { findExamples, linkProject, root, type Example } from './examples.js';

const { ownStderr } = await importScript<{ ownStderr: (stderr: string) => string }>('nodeNoise.mjs');
const examples = findExamples();
const project = freshFolder();

/** Name of the file of an example in the project. */
const nameOf = ({ where }: Example): string => where.replaceAll(/\W+/g, '_');

beforeAll(() => {
  if (!existsSync(join(root, 'dist/index.js')))
    throw new Error('These tests run the built package: npm run build first');
  linkProject(project);
  for (const example of examples) {
    writeFileSync(join(project, `${nameOf(example)}.ts`), example.code);
    const { outputText } = ts.transpileModule(example.code, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true },
    });
    writeFileSync(join(project, `${nameOf(example)}.mjs`), outputText);
  }
});

/** Runs examples one after the other in one process; what each of them printed. */
async function run(group: readonly Example[]): Promise<Map<Example, string>> {
  const MARK = '\u0001';
  const script = group.map((example) => `console.log('${MARK}'); await import('./${nameOf(example)}.mjs');`).join('\n');
  const args = ['--input-type=module', '-e', script];
  const { code, stdout, stderr } = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: project, timeout: 100_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr }),
    );
  });
  const printed = stdout.split(`${MARK}\n`).slice(1);
  expect({ code, stderr: ownStderr(stderr) }, `after ${group[printed.length - 1]?.where}`).toEqual({
    code: 0,
    stderr: '',
  });
  return new Map(group.map((example, i) => [example, printed[i]!]));
}

/** What the comment behind the last line says that it prints, if it says so to the letter. */
function promised({ code }: Example): string | undefined {
  const comment = /console\.log\(.*\); \/\/ (.*)$/.exec(code.trimEnd().split('\n').at(-1)!)?.[1];
  return comment === undefined || /^about |^for example/.test(comment) ? undefined : comment;
}

/** Examples share a process, which takes a second to start, where one cannot lean on what another brings along. */
function companyOf({ code, where }: Example): string {
  if (/setBackend|tfjs-longtail\/backend/.test(code)) return where;
  return /from '@tensorflow\/tfjs'/.test(code) ? 'those that import TensorFlow.js' : 'those that do not';
}

const groups = new Map<string, Example[]>();
for (const example of examples) {
  const name = companyOf(example);
  groups.set(name, [...(groups.get(name) ?? []), example]);
}

describe('the examples in the documentation run, and print what they say:', () => {
  it('there are some', () => {
    expect(examples.length).toBeGreaterThan(40);
  });

  it.each([...groups])('%s', async (_name, group) => {
    for (const [example, printed] of await run(group)) {
      expect(printed, example.where).not.toBe('');
      const comment = promised(example);
      const last = printed.trimEnd().split('\n').at(-1)!;
      if (comment !== undefined) expect(comment.startsWith(last), `${example.where}: ${last} // ${comment}`).toBe(true);
    }
  });
});

it('the examples have types that fit', () => {
  const program = ts.createProgram(
    examples.map((example) => join(project, `${nameOf(example)}.ts`)),
    {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
    },
  );
  const places = new Map(examples.map((example) => [`${nameOf(example)}.ts`, example.where]));
  const errors = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n');
    return `${places.get(file?.fileName.split('/').at(-1) ?? '') ?? 'options'}: ${text}`;
  });
  expect(errors).toEqual([]);
});

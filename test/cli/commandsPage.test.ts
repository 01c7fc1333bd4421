import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../scripts/commandsPage.mjs', import.meta.url));

it('docs/commands.md says what the help says: npm run docs:commands writes it', async () => {
  expect(await promisify(execFile)(process.execPath, [script, '--check'])).toEqual({ stdout: '', stderr: '' });
});

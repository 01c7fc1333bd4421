import { describe, expect, it } from 'vitest';
import * as root from '../../src/index.js';
import { LongtailError } from '../../src/index.js';

const classes = [
  'LongtailError',
  'InvalidArgumentError',
  'ConfigError',
  'DataFormatError',
  'DownloadError',
  'BackendError',
  'CheckpointError',
  'RunFolderError',
  'DivergenceError',
  'ReplicaError',
] as const;

it('every exported error class is in this list', () => {
  expect(
    Object.keys(root)
      .filter((name) => name.endsWith('Error'))
      .sort(),
  ).toEqual([...classes].sort());
});

describe.each(classes)('%s', (name) => {
  it('says where, what was expected, what came, and what to do', () => {
    const error = new root[name]('loadTable', 'a table with 3 columns', 2, 'Export it again');
    expect(error.message).toBe('loadTable: expected a table with 3 columns, got 2. Export it again');
    expect(error).toMatchObject({
      name,
      where: 'loadTable',
      expected: 'a table with 3 columns',
      got: 2,
      hint: 'Export it again',
    });
    expect(error).toBeInstanceOf(LongtailError);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe(`${name}: ${error.message}`);
  });

  it('does without a hint, and keeps a cause', () => {
    const cause = new Error('EACCES');
    const error = new root[name]('open', 'a readable file', 'none', undefined, { cause });
    expect(error.message).toBe('open: expected a readable file, got none');
    expect(error.cause).toBe(cause);
  });
});

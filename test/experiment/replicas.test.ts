import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { withReplicas } from '../../src/experiment/replicas.js';
import { refusal } from '../support/errors.js';
import { tinyConfig } from './support.js';

describe('more replicas than cores', () => {
  const cores = availableParallelism();
  const config = tinyConfig({ replicas: cores + 1 });
  const message = `configuration: expected replicas of at most ${cores}, the number of cores, got ${cores + 1}. `;

  it.each([
    [false, 'Use auto for as many as fit'],
    [true, 'Resume the run where it has as many cores as it began with'],
  ])('are refused (resume %s) with a hint that helps', (resume, hint) => {
    expect(() => withReplicas(config, resume)).toThrow(refusal('ConfigError', message + hint));
  });
});

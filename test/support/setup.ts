/** Runs before each test file. */
import { afterAll } from 'vitest';
import { cleanUp } from './folders.js';

afterAll(cleanUp);

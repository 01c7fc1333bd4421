/** Runs before each of the test files that share a process: whatever ran before, they begin alike. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll } from 'vitest';
import { seedProperties } from './properties.js';

seedProperties();
beforeAll(() => tf.setBackend('cpu'));

import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { randomStream } from '../../../src/core/index.js';
import { nearestNeighborGraph } from '../../../src/subset/index.js';
import { onBfloat16 } from '../../backend/native/onBfloat16.js';

onBfloat16('nearestNeighborGraph', (test) => {
  test('is the same for products of 8 significant bits', async () => {
    const dimension = 64;
    const random = randomStream(12);
    const values = Float32Array.from({ length: 700 * dimension }, () => 1 + random.normal() / 20);
    const half = await nearestNeighborGraph({ values, dimension }, { neighbors: 5 });
    await tf.setBackend('cpu');
    expect(half).toEqual(await nearestNeighborGraph({ values, dimension }, { neighbors: 5 }));
  });
});

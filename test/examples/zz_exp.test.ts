import { it } from 'vitest';
import * as tf from '@tensorflow/tfjs';
import { problem } from '/work/main/examples/live/problem.js';
import { learner } from '/work/main/examples/live/learner.js';
it('x', async () => {
  await tf.setBackend('cpu');
  for (const shape of ['spirals','clouds'] as const) for (const seed of [1,2]) {
    const p = problem(shape, 100, seed);
    for (const tau of [0, 1]) {
      const l = learner(p, tau, seed);
      const out = [];
      for (let e=1;e<=60;e++){ await l.epoch(); if([5,10,20,40,60].includes(e)) out.push((await l.recall()).map(v=>v.toFixed(2)).join(' ')); }
      console.log(shape, seed, tau, out.join(' | '), p.classCounts.join(' '), tf.memory().numTensors);
      l.dispose(); console.log(tf.memory().numTensors);
    }
  }
}, 300000);

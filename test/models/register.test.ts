import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import '../../src/register.js';

const classNames = [
  'LongtailOptionAShortcut',
  'LongtailClassScale',
  'LongtailKernelizedSoftmax',
  'LongtailSgd',
  'LongtailAdamW',
];
it.each(classNames)('register makes %s loadable', (className) => {
  const registered = tf.serialization.SerializationMap.getMap().classNameMap[className];
  expect(registered?.[0].className).toBe(className);
});

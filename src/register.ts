/**
 * Registers every layer and optimizer of this package with TensorFlow.js, for programs that only load saved models.
 *
 * @packageDocumentation
 */
import * as tf from '@tensorflow/tfjs-core';
import { ClassScale, KernelizedSoftmax } from './heads/index.js';
import { OptionAShortcut } from './models/index.js';
import { AdamWOptimizer, SgdOptimizer } from './optimizers/index.js';

tf.serialization.registerClass(OptionAShortcut);
tf.serialization.registerClass(ClassScale);
tf.serialization.registerClass(KernelizedSoftmax);
tf.serialization.registerClass(SgdOptimizer);
tf.serialization.registerClass(AdamWOptimizer);

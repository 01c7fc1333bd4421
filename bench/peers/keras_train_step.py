"""The training step of ResNet-32 in Keras graph mode, repeated on request. Argument: BATCH.

Speaks the lines of bench/train-step/lineProtocol.mjs: a request is a number of steps, the answer their times in ms.
"""

import json
import sys
import time

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops


class OptionAShortcut(layers.Layer):
    """Every second pixel, and zero channels on both sides."""

    def call(self, x):
        missing = x.shape[-1] // 2
        return ops.pad(x[:, 1::2, 1::2], [[0, 0], [0, 0], [0, 0], [missing, missing]])


def convolution(x, filters, strides=1):
    x = layers.Conv2D(
        filters, 3, strides=strides, padding="same", use_bias=False, kernel_initializer="he_normal"
    )(x)
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)


def resnet(depth, classes):
    images = keras.Input((32, 32, 3))
    x = layers.ReLU()(convolution(images, 16))
    for stage, filters in enumerate((16, 32, 64)):
        for block in range((depth - 2) // 6):
            strides = 2 if stage > 0 and block == 0 else 1
            y = convolution(layers.ReLU()(convolution(x, filters, strides)), filters)
            shortcut = OptionAShortcut()(x) if strides == 2 else x
            x = layers.ReLU()(layers.Add()([y, shortcut]))
    logits = layers.Dense(classes, kernel_initializer="he_normal")(layers.GlobalAveragePooling2D()(x))
    return keras.Model(images, logits)


def make_step(batch):
    model = resnet(32, 10)
    variables = model.trainable_variables
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    optimizer.build(variables)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    images = tf.random.stateless_normal((batch, 32, 32, 3), seed=(2, 2))
    labels = tf.range(batch) % 10

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = loss_of(labels, model(images, training=True))
        gradients = tape.gradient(loss, variables)
        optimizer.apply_gradients(zip(gradients, variables))
        return loss

    return step, sum(int(np.prod(v.shape)) for v in variables)


def main():
    step, parameters = make_step(int(sys.argv[1]))
    version = f"keras {keras.__version__}, tensorflow {tf.__version__}"
    print(json.dumps({"parameters": parameters, "version": version}), flush=True)
    for line in sys.stdin:
        times, loss = [], None
        for _ in range(int(line)):
            start = time.perf_counter()
            loss = float(step())
            times.append((time.perf_counter() - start) * 1000)
        print(json.dumps({"times": times, "loss": loss}), flush=True)


main()

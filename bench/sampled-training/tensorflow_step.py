"""The step of sampled training in TensorFlow graph mode, repeated on request.

Arguments: CLASSES SAMPLER BATCH DIMENSION NEGATIVES RATE. Speaks the lines of bench/train-step/lineProtocol.mjs: a
request is a number of steps, the answer their times in ms, the loss, and the peak resident memory.
"""

import json
import resource
import sys
import time

import tensorflow as tf


def make_step(classes, sampler, batch, dimension, negatives, rate):
    bound = dimension**-0.5
    table = tf.Variable(tf.random.uniform((classes, dimension), -bound, bound, seed=1))
    biases = tf.Variable(tf.zeros((classes,)))
    accumulators = [tf.Variable(tf.fill(weights.shape, 0.1), trainable=False) for weights in (table, biases)]
    kernel = tf.Variable(tf.random.normal((dimension, dimension), stddev=bound, seed=2))
    bias = tf.Variable(tf.zeros((dimension,)))
    inputs = tf.random.stateless_normal((batch, dimension), seed=(2, 2))
    draw = {
        "uniform": tf.random.uniform_candidate_sampler,
        "log-uniform": tf.random.log_uniform_candidate_sampler,
    }[sampler]

    def update(weights, accumulator, gradient):
        rows, places = tf.unique(gradient.indices)
        sums = tf.math.unsorted_segment_sum(gradient.values, places, tf.size(rows))
        tf.raw_ops.ResourceSparseApplyAdagradV2(
            var=weights.handle, accum=accumulator.handle, lr=rate, epsilon=1e-7, grad=sums, indices=rows
        )

    @tf.function
    def step():
        labels = tf.random.uniform((batch, 1), maxval=classes, dtype=tf.int64)
        sampled = draw(
            true_classes=labels, num_true=1, num_sampled=negatives, unique=True, range_max=classes
        )
        with tf.GradientTape() as tape:
            features = tf.matmul(inputs, kernel) + bias
            losses = tf.nn.sampled_softmax_loss(
                table, biases, labels, features, negatives, classes, sampled_values=sampled
            )
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, [table, biases, kernel, bias])
        update(table, accumulators[0], gradients[0])
        update(biases, accumulators[1], gradients[1])
        kernel.assign_sub(rate * gradients[2])
        bias.assign_sub(rate * gradients[3])
        return loss

    return step


def main():
    classes, sampler = int(sys.argv[1]), sys.argv[2]
    batch, dimension, negatives = (int(text) for text in sys.argv[3:6])
    step = make_step(classes, sampler, batch, dimension, negatives, float(sys.argv[6]))
    print(json.dumps({"version": f"tensorflow {tf.__version__}"}), flush=True)
    for line in sys.stdin:
        times, loss = [], None
        for _ in range(int(line)):
            start = time.perf_counter()
            loss = float(step())
            times.append((time.perf_counter() - start) * 1000)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"times": times, "loss": loss, "peakBytes": peak}), flush=True)


main()

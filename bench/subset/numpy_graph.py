"""Nearest neighbours by brute force in NumPy, repeated on request. Arguments: EMBEDDINGS.npy, NEIGHBOURS.

Blocks of products and a partition of each row, in float32, which is how it is written by hand; block and direction are the
fastest of those tried. Speaks the lines of bench/train-step/lineProtocol.mjs.
"""

import json
import sys
import time

import numpy as np

BLOCK = 1000


def neighbours(unit, count):
    found = np.empty((len(unit), count), np.int64)
    weights = np.empty((len(unit), count), np.float32)
    for start in range(0, len(unit), BLOCK):
        products = unit[start : start + BLOCK] @ unit.T
        rows = np.arange(len(products))
        products[rows, start + rows] = -1  # an item is not its own neighbour
        found[start : start + BLOCK] = np.argpartition(products, -count, axis=1)[:, -count:]
        weights[start : start + BLOCK] = np.take_along_axis(products, found[start : start + BLOCK], 1)
    return found, weights


def main():
    count = int(sys.argv[2])
    embeddings = np.load(sys.argv[1])
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    found, _ = neighbours(unit[: 2 * BLOCK], count)
    print(json.dumps({"version": f"numpy {np.__version__}"}), flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            found, weights = neighbours(unit, count)
            times.append((time.perf_counter() - start) * 1000)
        # Tells whether both found the same.
        print(json.dumps({"times": times, "weight": float(weights.sum(dtype=np.float64))}), flush=True)


main()

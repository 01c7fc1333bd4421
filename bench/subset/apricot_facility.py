"""Facility location on a sparse graph by apricot, repeated on request. Arguments: FOLDER with the graph as CSR arrays, BUDGET, OPTIMIZER.

Speaks the lines of bench/train-step/lineProtocol.mjs; the answer holds the picks.
"""

import json
import sys
import time

import apricot
import numpy as np
from scipy.sparse import csr_matrix


def main():
    folder, budget, optimizer = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    offsets, neighbours, weights = (np.load(f"{folder}/{name}.npy") for name in ("offsets", "neighbors", "weights"))
    size = len(offsets) - 1
    graph = csr_matrix((weights.astype(np.float64), neighbours, offsets), shape=(size, size))

    def select(graph, count):
        selector = apricot.FacilityLocationSelection(count, metric="precomputed", optimizer=optimizer)
        return selector.fit(graph)

    select(graph[:50, :50].tocsr(), 5)  # compiles
    print(json.dumps({"version": f"apricot {apricot.__version__}, {optimizer}"}), flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            selector = select(graph, budget)
            times.append((time.perf_counter() - start) * 1000)
        print(json.dumps({"times": times, "items": [int(i) for i in selector.ranking]}), flush=True)


main()

"""Mixup of two points in PyTorch, repeated on request. Arguments: torchvision | timm, BATCH, SIDE.

The operations are those of torchvision's v2.MixUp and of timm's Mixup in its batch mode, written out in plain torch: neither
package is needed. timm mixes in place; as its batches are new every time, so the copy that restores ours is not timed.
Speaks the lines of bench/train-step/lineProtocol.mjs: a request is a number of steps, the answer their times in ms.
"""

import json
import sys
import time

import torch


def torchvision(batch, lam):
    return batch.roll(1, 0).mul_(1.0 - lam).add_(batch.mul(lam))


def timm(batch, lam):
    flipped = batch.flip(0).mul_(1.0 - lam)
    return batch.mul_(lam).add_(flipped)


def main():
    mix = {"torchvision": torchvision, "timm": timm}[sys.argv[1]]
    size, side = int(sys.argv[2]), int(sys.argv[3])
    # A freed block just below malloc's largest threshold: from then on it keeps memory, as in any program that trains.
    block = torch.empty(7 * 2**20)
    del block
    torch.manual_seed(1)
    source = torch.rand(size, 3, side, side)
    batch = source.clone()
    print(json.dumps({"version": f"torch {torch.__version__}, {torch.get_num_threads()} threads"}), flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            batch.copy_(source)
            start = time.perf_counter()
            mix(batch, 0.3)
            times.append((time.perf_counter() - start) * 1000)
        print(json.dumps({"times": times}), flush=True)


main()

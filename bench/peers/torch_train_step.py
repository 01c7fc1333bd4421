"""The training step of ResNet-32 in PyTorch, channels last, repeated on request. Arguments: BATCH, float32 | bfloat16.

Speaks the lines of bench/train-step/lineProtocol.mjs: a request is a number of steps, the answer their times in ms.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional


class Block(nn.Module):
    def __init__(self, inputs, filters, stride):
        super().__init__()
        self.stride, self.missing = stride, (filters - inputs) // 2
        self.first = nn.Conv2d(inputs, filters, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(filters)
        self.second = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(filters)

    def forward(self, x):
        y = functional.relu(self.first_norm(self.first(x)))
        y = self.second_norm(self.second(y))
        if self.stride == 2:
            x = functional.pad(x[:, :, 1::2, 1::2], (0, 0, 0, 0, self.missing, self.missing))
        return functional.relu(x + y)


class ResNet(nn.Module):
    def __init__(self, depth, classes):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.stem_norm = nn.BatchNorm2d(16)
        blocks, inputs = [], 16
        for stage, filters in enumerate((16, 32, 64)):
            for block in range((depth - 2) // 6):
                blocks.append(Block(inputs, filters, 2 if stage > 0 and block == 0 else 1))
                inputs = filters
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(64, classes)

    def forward(self, x):
        x = self.blocks(functional.relu(self.stem_norm(self.stem(x))))
        return self.head(x.mean((2, 3)))


def main():
    batch, precision = int(sys.argv[1]), sys.argv[2]
    torch.manual_seed(1)
    model = ResNet(32, 10).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)
    images = torch.randn(batch, 3, 32, 32).to(memory_format=torch.channels_last)
    labels = torch.arange(batch) % 10

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            logits = model(images)
        loss = functional.cross_entropy(logits.float(), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    parameters = sum(parameter.numel() for parameter in model.parameters())
    version = f"torch {torch.__version__}, {torch.get_num_threads()} threads"
    print(json.dumps({"parameters": parameters, "version": version}), flush=True)
    for line in sys.stdin:
        times, loss = [], None
        for _ in range(int(line)):
            start = time.perf_counter()
            loss = step()
            times.append((time.perf_counter() - start) * 1000)
        print(json.dumps({"times": times, "loss": loss}), flush=True)


main()

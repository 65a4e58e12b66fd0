"""Times SpikingJelly, or a short PyTorch program, for tools/bench/bench.ts: reads a line of batches, writes a line of times."""

import json
import math
import struct
import sys
import time

import numpy as np
import torch
from spikingjelly.activation_based import encoding, functional, layer, neuron, surrogate

BATCH_T = 100


def read_idx(path):
    """The array of a file in MNIST's own format."""
    with open(path, "rb") as file:
        content = file.read()
    dimensions = content[3]
    shape = struct.unpack_from(f">{dimensions}I", content, 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def network(step_mode, hidden, classes):
    sizes = [28 * 28, hidden, classes] if hidden else [28 * 28, classes]
    layers = [layer.Flatten(step_mode=step_mode)]
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers.append(layer.Linear(inputs, outputs, bias=False, step_mode=step_mode))
        layers.append(neuron.LIFNode(tau=2.0, surrogate_function=surrogate.ATan(), step_mode=step_mode))
    return torch.nn.Sequential(*layers)


def firing_rates(net, encoder, images, step_mode):
    if step_mode == "m":
        sequence = images.unsqueeze(0).expand(BATCH_T, *images.shape)
        return net(encoder(sequence)).mean(0)
    total = 0.0
    for _ in range(BATCH_T):
        total = total + net(encoder(images))
    return total / BATCH_T


class Spike(torch.autograd.Function):
    """1 where x >= 0, with the slope of ATan(2)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x >= 0).to(x)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient / (1 + (math.pi * x) ** 2)


class ByHand(torch.nn.Module):
    """The same network without SpikingJelly: each step is one random draw, one matrix product and one update of the neurons."""

    def __init__(self):
        super().__init__()
        bound = 1 / math.sqrt(28 * 28)
        self.weight = torch.nn.Parameter(torch.empty(28 * 28, 10).uniform_(-bound, bound))

    def forward(self, images):
        x = images.flatten(1)
        v = torch.zeros(len(x), 10)
        total = 0.0
        for _ in range(BATCH_T):
            spikes = (torch.rand_like(x) <= x).to(x)
            h = v + (spikes @ self.weight - v) / 2
            fired = Spike.apply(h - 1)
            v = h * (1 - fired)
            total = total + fired
        return total / BATCH_T


def main():
    folder, mode = sys.argv[1:3]
    threads, hidden, classes = map(int, sys.argv[3:6])
    if threads:
        torch.set_num_threads(threads)
    torch.manual_seed(0)
    images = torch.from_numpy(read_idx(f"{folder}/train-images-idx3-ubyte").copy()).float() / 255
    labels = torch.from_numpy(read_idx(f"{folder}/train-labels-idx1-ubyte").copy()).long()
    by_hand = mode == "by-hand"
    step_mode = "m" if mode == "multi" else "s"
    net = ByHand() if by_hand else network(step_mode, hidden, classes)
    encoder = encoding.PoissonEncoder()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    print(json.dumps({"ready": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        milliseconds = []
        for batch in json.loads(line):
            begin = time.perf_counter()
            batch = torch.tensor(batch)
            x, y = images[batch], labels[batch]
            optimizer.zero_grad()
            rates = net(x) if by_hand else firing_rates(net, encoder, x, step_mode)
            target = torch.nn.functional.one_hot(y, classes).float()
            torch.nn.functional.mse_loss(rates, target).backward()
            optimizer.step()
            if not by_hand:
                functional.reset_net(net)
            milliseconds.append((time.perf_counter() - begin) * 1e3)
        print(json.dumps({"ms": milliseconds}), flush=True)


main()

"""SpikingJelly, or PyTorch by hand, as a contender of tools/bench/bench.ts: a line of batches in, a line of times out."""

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


class Rows(torch.nn.Module):
    """28 inputs, 100 recurrent neurons, ten that never fire. What does not wait for a spike is one product for all steps."""

    def __init__(self):
        super().__init__()
        self.inputs = layer.Linear(28, 100, bias=False, step_mode="m")
        self.recurrent = torch.nn.Linear(100, 100, bias=False)
        options = {"tau": 2.0, "decay_input": False, "detach_reset": True, "surrogate_function": surrogate.ATan()}
        self.hidden = neuron.LIFNode(**options, step_mode="s")
        self.outputs = layer.Linear(100, 10, bias=False, step_mode="m")
        self.read = neuron.NonSpikingLIFNode(tau=20.0, decode="last_mem")

    def forward(self, sequence):
        spikes = []
        for x in self.inputs(sequence):
            spikes.append(self.hidden(x + self.recurrent(spikes[-1]) if spikes else x))
        return self.read(self.outputs(torch.stack(spikes)))


def rows_of(images):
    return (images >= 128 / 255).float(), Rows(), torch.nn.functional.cross_entropy


def randman_of(images):
    """20 inputs that fire once in 100 steps (at random: the time of a batch does not depend on when), 100 neurons behind a current."""
    sequence = torch.zeros(8000, 100, 20).scatter_(1, torch.randint(0, 100, (8000, 1, 20)), 1.0)
    options = {"tau": 20.0, "decay_input": False, "detach_reset": True, "surrogate_function": surrogate.ATan(), "step_mode": "m"}
    net = torch.nn.Sequential(
        layer.Linear(20, 100, bias=False, step_mode="m"),
        layer.SynapseFilter(tau=10.0, learnable=False, step_mode="m"),
        neuron.LIFNode(**options),
        layer.Linear(100, 10, bias=False, step_mode="m"),
        neuron.LIFNode(**options),
    )
    return sequence, torch.nn.Sequential(net, Count()), torch.nn.functional.cross_entropy


class Convolved(torch.nn.Module):
    """28 x 28 pixels in four steps, 12 and 24 channels, ten that never fire; what is the same in each step is computed once."""

    def __init__(self, means_of):
        super().__init__()
        neurons = {"tau": 2.0, "surrogate_function": surrogate.Rect(0.5), "step_mode": "m"}
        self.first = torch.nn.Conv2d(1, 12, 5, bias=False)
        second = [layer.Conv2d(12, 24, 5, bias=False, step_mode="m"), neuron.LIFNode(**neurons)]
        second.insert(2 if means_of == "spikes" else 1, layer.AvgPool2d(2, 2, step_mode="m"))
        self.rest = torch.nn.Sequential(
            neuron.LIFNode(**neurons),
            layer.AvgPool2d(2, 2, step_mode="m"),
            *second,
            layer.Flatten(step_mode="m"),
            layer.Linear(16 * 24, 10, bias=False, step_mode="m"),
        )
        self.read = neuron.LIFNode(tau=2.0, v_threshold=1e9, store_v_seq=True, step_mode="m")
        with torch.no_grad():
            self.first.weight *= 6
            second[0].weight *= 12

    def forward(self, images):
        currents = self.first(images.transpose(0, 1))
        self.read(self.rest(currents.unsqueeze(0).expand(4, *currents.shape).contiguous()))
        return self.read.v_seq.sum(0)


def convolved(means_of):
    return lambda images: (images.unsqueeze(1), Convolved(means_of), torch.nn.functional.cross_entropy)


class Count(torch.nn.Module):
    def forward(self, spikes):
        return spikes.sum(0)


NAMED = {
    "recurrent-rows": rows_of,
    "synaptic-randman": randman_of,
    "convolved-spikes": convolved("spikes"),
    "convolved-currents": convolved("currents"),
}


def network(step_mode, hidden):
    sizes = [28 * 28, hidden, 10] if hidden else [28 * 28, 10]
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
    """The same network without SpikingJelly: per step one draw, one product and one update of ten neurons."""

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
    folder, mode, threads, hidden = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    if threads:
        torch.set_num_threads(threads)
    torch.manual_seed(0)
    images = torch.from_numpy(read_idx(f"{folder}/train-images-idx3-ubyte").copy()).float() / 255
    labels = torch.from_numpy(read_idx(f"{folder}/train-labels-idx1-ubyte").copy()).long()
    by_hand = mode == "by-hand"
    step_mode = "m" if mode == "multi" else "s"
    named = hidden in NAMED
    if named:
        images, net, loss = NAMED[hidden](images)
    else:
        net = ByHand() if by_hand else network(step_mode, int(hidden))
    encoder = encoding.PoissonEncoder()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    print(json.dumps({"ready": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        milliseconds = []
        for batch in json.loads(line):
            begin = time.perf_counter()
            batch = torch.tensor(batch) % len(images)
            x, y = images[batch], labels[batch]
            optimizer.zero_grad()
            if named:
                loss(net(x.transpose(0, 1)), y).backward()
            else:
                rates = net(x) if by_hand else firing_rates(net, encoder, x, step_mode)
                target = torch.nn.functional.one_hot(y, 10).float()
                torch.nn.functional.mse_loss(rates, target).backward()
            optimizer.step()
            if not by_hand:
                functional.reset_net(net)
            milliseconds.append((time.perf_counter() - begin) * 1e3)
        print(json.dumps({"ms": milliseconds}), flush=True)


main()

"""snnTorch's neurons with quantised states, as ones of whole numbers: python integers.py FOLDER.

FOLDER has `network`, a file of exchange.toIntegers whose leak is a shift by 1, and `spikes`, a byte for each step and input. The last line that is printed
is JSON: the spikes of the last layer, step by step.
"""

import json
import pathlib
import struct
import sys

import numpy
import snntorch
import torch
from snntorch.functional import quant

BITS = 14  # of a potential


def layers(data):
    magic, shift, count = struct.unpack_from("<4sII", data)
    assert (magic, shift) == (b"LIF1", 1)
    at, whole = 12, 2 ** (BITS - 1)
    for _ in range(count):
        inputs, outputs, threshold, _ = struct.unpack_from("<IIif", data, at)
        weights = numpy.frombuffer(data, numpy.int8, inputs * outputs, at + 16).reshape(inputs, outputs)
        at += 16 + inputs * outputs
        linear = torch.nn.Linear(inputs, outputs)
        linear.weight.data = torch.from_numpy(weights.T.astype(numpy.float32))
        # u - (u >> 1) rounds half of an odd u up. The levels are rounded to the nearest one, so a quarter more decides it.
        linear.bias.data = torch.full((outputs,), 0.25)
        # The levels from -whole to whole - 1 are the whole numbers, and a neuron fires above its threshold, not at it.
        levels = quant.state_quant(num_bits=BITS, threshold=whole, upper_limit=-1 / whole)
        neuron = snntorch.Leaky(0.5, threshold - 0.5, state_quant=levels, reset_mechanism="zero", reset_delay=False, init_hidden=True)
        yield torch.nn.Sequential(linear, neuron)


folder = pathlib.Path(sys.argv[1])
net = torch.nn.Sequential(*layers((folder / "network").read_bytes()))
steps = numpy.fromfile(folder / "spikes", numpy.uint8).reshape(-1, net[0][0].in_features)
with torch.no_grad():
    spikes = [net(torch.from_numpy(step[None].astype(numpy.float32)))[0] for step in steps]
print(json.dumps(torch.cat(spikes).int().tolist()))

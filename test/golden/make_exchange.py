"""Makes the files of test/golden/exchange: what PyTorch, safetensors and three writers of NIR make of networks whose weights a
formula gives.

Run it from the clone with a Python that has the packages of tools/peers/test/requirements.txt:

    .venv-peers/bin/python test/golden/make_exchange.py

The weight from input i to output j of layer n is ((31 * i + 7 * j + n) % 64 - 32) / 64, in float32 an exact number.
"""

import io
import pathlib
import re

import nir
import numpy
import snntorch
import torch
from safetensors.torch import save_file
from snntorch import export_nir
from spikingjelly.activation_based import layer, neuron, nir_exchange, surrogate

FOLDER = pathlib.Path(__file__).resolve().parent / "exchange"


def weights(outputs, inputs, n):
    i, j = torch.arange(inputs)[None, :], torch.arange(outputs)[:, None]
    return (((31 * i + 7 * j + n) % 64 - 32) / 64).float()


class SNN(torch.nn.Module):
    """The network of SpikingJelly's example, and the same with a hidden layer."""

    def __init__(self, *sizes):
        super().__init__()
        layers = [layer.Flatten()]
        for n, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
            linear = layer.Linear(inputs, outputs, bias=False)
            linear.weight.data = weights(outputs, inputs, n)
            layers += [linear, neuron.LIFNode(tau=2.0, surrogate_function=surrogate.ATan())]
        self.layer = torch.nn.Sequential(*layers)

    def forward(self, x):
        return self.layer(x)


def batch_norm():
    """A convolution with a batch norm whose numbers are those of a formula, eighths."""
    conv, norm, linear = layer.Conv2d(1, 3, 3, bias=False), layer.BatchNorm2d(3), layer.Linear(12, 10, bias=False)
    conv.weight.data = weights(3, 9, 0).reshape(3, 1, 3, 3)
    for n, numbers in enumerate([norm.weight.data, norm.bias.data, norm.running_mean, norm.running_var]):
        numbers[:] = (torch.arange(3) + 2 * n + 1) / 8
    linear.weight.data = weights(10, 12, 1)
    net = torch.nn.Module()
    net.layer = torch.nn.Sequential(conv, norm, neuron.LIFNode(), layer.AvgPool2d(2, 2), layer.Flatten(), linear, neuron.LIFNode())
    return net


def checkpoint(net):
    """As the example saves it, after one step of Adam whose gradients are the weights themselves."""
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    for parameter in net.parameters():
        parameter.grad = parameter.detach().clone()
    optimizer.step()
    return {"net": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 4, "max_test_acc": 0.9}


def by_nir():
    """A single layer by the package nir itself: without decay of the input, with a reset to -0.5."""
    def all_ten(value):
        return numpy.full(10, value)

    return nir.NIRGraph(
        nodes={
            "input": nir.Input({"input": numpy.array([784])}),
            "fc": nir.Affine(weights(10, 784, 0).numpy(), numpy.zeros(10, numpy.float32)),
            "lif": nir.LIF(
                tau=all_ten(3.5e-4),
                r=all_ten(3.5),
                v_leak=all_ten(-0.5),
                v_threshold=all_ten(1.5),
                v_reset=all_ten(-0.5),
            ),
            "output": nir.Output({"output": numpy.array([10])}),
        },
        edges=[("input", "fc"), ("fc", "lif"), ("lif", "output")],
        metadata={"dt": 1e-4},
    )


def by_snntorch():
    """A hidden layer by snnTorch. Its beta of 0.9 is a tau of 10, in float32."""
    layers = []
    for n, (inputs, outputs) in enumerate([(784, 3), (3, 10)]):
        linear = torch.nn.Linear(inputs, outputs, bias=False)
        linear.weight.data = weights(outputs, inputs, n)
        layers += [linear, snntorch.Leaky(beta=torch.full((outputs,), 0.9), threshold=torch.ones(outputs), reset_mechanism="zero", init_hidden=True)]
    graph = export_nir.export_to_nir(torch.nn.Sequential(*layers), torch.zeros(784))
    # They come out of a set.
    graph.edges.sort()
    return graph


def save_as_before(value, file):
    """As PyTorch saved before 1.6, with 0 in place of the storage's address in memory, which it took for a name."""
    content = io.BytesIO()
    torch.save(value, content, _use_new_zipfile_serialization=False)
    file.write_bytes(re.sub(rb"X.\0\0\0\d{9,}", b"X\x01\0\0\x000", content.getvalue(), flags=re.S))


def main():
    FOLDER.mkdir(exist_ok=True)
    single, hidden = SNN(784, 10), SNN(784, 3, 10)
    torch.save(single.state_dict(), FOLDER / "state_dict.pth")
    torch.save(hidden.state_dict(), FOLDER / "hidden.pth")
    torch.save(single, FOLDER / "module.pth")
    save_as_before(single.state_dict(), FOLDER / "before-1.6.pth")
    torch.save({"layer.1.weight": weights(784, 10, 0).double().T}, FOLDER / "turned-float64.pth")
    save_file(single.state_dict(), FOLDER / "single.safetensors")
    save_file({name: value.double() for name, value in hidden.state_dict().items()}, FOLDER / "hidden-float64.safetensors")
    save_file({name: value.half() for name, value in single.state_dict().items()}, FOLDER / "half.safetensors")
    nir_exchange.export_to_nir(hidden, torch.zeros(1, 1, 28, 28), save_path=FOLDER / "spikingjelly.nir")
    torch.save(checkpoint(hidden), FOLDER / "checkpoint.pth")
    torch.save(checkpoint(batch_norm()), FOLDER / "batch-norm.pth")
    save_file(batch_norm().state_dict(), FOLDER / "batch-norm.safetensors")
    nir.write(FOLDER / "nir.nir", by_nir())
    nir.write(FOLDER / "snntorch.nir", by_snntorch())


main()

"""Makes the files of test/golden/exchange: what PyTorch and safetensors write of networks whose weights a formula gives.

Run it from the clone with a Python that has the packages of test/peers/requirements.txt:

    .venv-peers/bin/python test/golden/make_exchange.py

The weight from input i to output j of layer n is ((31 * i + 7 * j + n) % 64 - 32) / 64, in float32 an exact number.
"""

import pathlib

import torch
from safetensors.torch import save_file
from spikingjelly.activation_based import layer, neuron, surrogate

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


def checkpoint(net):
    """As the example saves it, after one step of Adam whose gradients are the weights themselves."""
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    for parameter in net.parameters():
        parameter.grad = parameter.detach().clone()
    optimizer.step()
    return {"net": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 4, "max_test_acc": 0.9}


def main():
    FOLDER.mkdir(exist_ok=True)
    single, hidden = SNN(784, 10), SNN(784, 3, 10)
    torch.save(single.state_dict(), FOLDER / "state_dict.pth")
    torch.save(hidden.state_dict(), FOLDER / "hidden.pth")
    torch.save(single, FOLDER / "module.pth")
    torch.save(single.state_dict(), FOLDER / "before-1.6.pth", _use_new_zipfile_serialization=False)
    torch.save({"layer.1.weight": weights(784, 10, 0).double().T}, FOLDER / "turned-float64.pth")
    save_file(single.state_dict(), FOLDER / "single.safetensors")
    save_file({name: value.double() for name, value in hidden.state_dict().items()}, FOLDER / "hidden-float64.safetensors")
    save_file({name: value.half() for name, value in single.state_dict().items()}, FOLDER / "half.safetensors")
    torch.save(checkpoint(hidden), FOLDER / "checkpoint.pth")


main()

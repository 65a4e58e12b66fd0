"""Makes layers.json: what layers with recurrence, lasting currents, learnt time constants and convolutions do in SpikingJelly and snnTorch.

    .venv-peers/bin/python test/golden/make_layers.py       # writes the file of this folder
    .venv-peers/bin/python test/golden/make_layers.py --seed 11 --out build/golden-11
    GOLDEN_DIR=build/golden-11 npm run test:golden          # with make_golden.py's of this seed beside it: both engines

As in make_golden.py the reference computes in float64, and draws again where rounding would decide whether a neuron fires.

The biases of the last case, of layers that convolve, are PyTorch's own initial ones, whose generator no seed reaches: each run
draws others, so that the committed values of this case cannot be made again. Those of any run are as good.
"""

import argparse
import importlib.metadata
import json
import math
import pathlib

import numpy as np
import snntorch
import torch
import torch.nn.functional as F
from make_golden import FOLDER, MARGIN, NearThreshold, bits, float32, numbers
from snntorch import functional as snn_functional
from snntorch import surrogate as snn_surrogate
from spikingjelly.activation_based import layer, neuron, surrogate


class Watched(torch.nn.Module):
    """A surrogate function that refuses potentials too near to their threshold."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        if x.abs().min().item() < MARGIN:
            raise NearThreshold()
        return self.function(x)


class Lasting(torch.nn.Module):
    """The first equation of snnTorch's Synaptic. Its RSynaptic cannot reset right after a spike: that leaves its mem as it is."""

    def __init__(self, tau):
        super().__init__()
        self.alpha, self.i = 1 - 1 / tau, None

    def forward(self, x):
        self.i = x if self.i is None else self.alpha * self.i + x
        return self.i

    def reset(self):
        self.i = None


class SpikingJelly:
    """A layer of SpikingJelly's neurons."""

    def __init__(self, options, reads):
        tau, n, learn = options["tau"], options["neurons"], options.get("learn")
        common = {"decay_input": options["decay_input"], "detach_reset": options["detach_reset"], "surrogate_function": surrogate.ATan()}
        self.node = neuron.ParametricLIFNode(tau, **common) if learn else neuron.LIFNode(tau, **common)
        if learn == "tau of each neuron":
            # SpikingJelly has one w for the layer; its equations take one for each neuron as well.
            self.node.w = torch.nn.Parameter(torch.full((n,), -math.log(tau - 1)))
        self.node.surrogate_function = Watched(self.node.surrogate_function)
        self.node.double()
        self.n, self.recurrent = n, options.get("recurrent")
        parts = ([Lasting(options["synapse"]["tau"])] if "synapse" in options else []) + [self.node]
        self.module = torch.nn.Sequential(*parts)
        if self.recurrent:
            self.module = layer.LinearRecurrentContainer(self.module, n, n, bias=False).double()
        self.reads = reads

    def load(self, recurrent):
        if recurrent is not None:
            with torch.no_grad():
                self.module.rc.weight[:, : self.n] = torch.eye(self.n)
                self.module.rc.weight[:, self.n :] = recurrent.T

    def step(self, x):
        return self.module(x)

    def reset(self):
        for part in self.module.modules():
            if part is not self.module or self.recurrent:
                getattr(part, "reset", lambda: None)()

    def parameters(self):
        return list(self.module.parameters())

    def own(self, of=lambda parameter: parameter):
        """R and w, or their gradients, as ours."""
        found = []
        if self.recurrent:
            found.append(of(self.module.rc.weight)[:, self.n :].T)
        if isinstance(self.node, neuron.ParametricLIFNode):
            found.append(of(self.node.w).reshape(1, -1))
        return found

    def fix(self):
        """The input reaches SpikingJelly's neurons through the same matrix as their spikes, of which that half stays."""
        if self.recurrent:
            with torch.no_grad():
                self.module.rc.weight[:, : self.n] = torch.eye(self.n)


class SnnTorch:
    """A layer of snnTorch's neurons, whose input does not decay."""

    def __init__(self, options, reads):
        self.n, self.recurrent = options["neurons"], options.get("recurrent")
        common = {
            "spike_grad": Watched(snn_surrogate.atan(alpha=2.0)),
            "reset_mechanism": "none" if reads else "zero",
            "reset_delay": False,
        }
        beta = 1 - 1 / options["tau"]
        self.synapse = "synapse" in options
        places = ([1 - 1 / options["synapse"]["tau"]] if self.synapse else []) + [beta]
        if self.recurrent:
            self.module = snntorch.RLeaky(beta, linear_features=self.n, **common)
        else:
            self.module = (snntorch.Synaptic if self.synapse else snntorch.Leaky)(*places, **common)
        self.module.double()
        self.reads = reads
        self.reset()

    def load(self, recurrent):
        if recurrent is not None:
            with torch.no_grad():
                self.module.recurrent.weight.copy_(recurrent.T)
                self.module.recurrent.bias.zero_()
            self.module.recurrent.bias.requires_grad = False

    def reset(self):
        self.state = None

    def step(self, x):
        if self.state is None:
            self.state = [torch.zeros_like(x) for _ in range(2 if self.recurrent or self.synapse else 1)]
        # Its spikes are float32.
        found = [each.double() for each in self.module(x, *self.state)]
        # RLeaky takes and gives its spikes first; the others give them, and do not take them.
        self.state = found if self.recurrent else found[1:]
        return found[-1] if self.reads else found[0]

    def parameters(self):
        return [p for p in self.module.parameters() if p.requires_grad]

    def own(self, of=lambda parameter: parameter):
        return [of(self.module.recurrent.weight).T] if self.recurrent else []

    def fix(self):
        pass


class Products:
    """A matrix, as ours: what leaves a map comes by row, column and channel."""

    def __init__(self, weight):
        self.parameter = weight.requires_grad_()

    def __call__(self, x):
        return in_a_row(x) @ self.parameter

    def parameters(self):
        return [self.parameter]

    def own(self, of=lambda parameter: parameter):
        return [of(self.parameter)]


class Kernels:
    """SpikingJelly's convolution of a matrix of ours [kernel * kernel * channels read, channels]."""

    def __init__(self, weight, reads, channels, kernel, stride=1, padding=0, shape=None, bias=False):
        self.shape = shape
        self.module = layer.Conv2d(reads, channels, kernel, stride, padding, bias=bias).double()
        self.parameter = self.module.weight
        with torch.no_grad():
            self.parameter.copy_(weight.reshape(kernel, kernel, reads, channels).permute(3, 2, 0, 1))

    def __call__(self, x):
        return self.module(x if self.shape is None else x.reshape(-1, *self.shape))

    def parameters(self):
        return list(self.module.parameters())

    def own(self, of=lambda parameter: parameter):
        bias = self.module.bias
        return [of(self.parameter).permute(2, 3, 1, 0).flatten(0, 2), *([] if bias is None else [of(bias).reshape(1, -1)])]


class Norm:
    """SpikingJelly's batch norm over all steps, or its threshold-dependent one."""

    def __init__(self, rng, norm, channels):
        if norm == "batch":
            self.module = layer.BatchNorm2d(channels, step_mode="m").double()
        else:
            self.module = layer.ThresholdDependentBatchNorm2d(norm["scale"], 1.0, channels).double()
        with torch.no_grad():
            for each, (low, high) in zip(self.numbers(), [(0.5, 1.5), (0, 0.5), (-0.2, 0.2), (0.5, 1.5)]):
                each += torch.tensor(rng.uniform(low, high, channels).astype(np.float32)).double()

    def numbers(self):
        return [self.module.weight, self.module.bias, self.module.running_mean, self.module.running_var]

    def parameters(self):
        return list(self.module.parameters())

    def own(self, of=lambda parameter: parameter):
        """The running statistics have no gradient."""
        return [(each * 0 if of(each) is None else of(each)).reshape(1, -1) for each in self.numbers()]


class Nothing:
    """Where there is no norm."""

    def parameters(self):
        return []

    def own(self, of=None):
        return []


def in_a_row(x):
    return x.permute(0, 2, 3, 1).flatten(1) if x.dim() == 4 else x


def sizes(layers, units):
    """Of each layer, how many inputs each neuron has, how many channels it reads, and its neurons."""
    found, reads, left = [], None, units
    for options in layers:
        convolve = options.get("convolve")
        if convolve is None:
            found.append((left, None, options["neurons"]))
            left = options["neurons"]
            continue
        channels, *size = convolve.get("shape", reads)
        kernel = convolve["kernel"]
        height, width = ((side + 2 * convolve.get("padding", 0) - kernel) // convolve.get("stride", 1) + 1 for side in size)
        found.append((kernel * kernel * channels, channels, convolve["channels"] * height * width))
        halves = 2 if "pool" in options else 1
        reads = [convolve["channels"], height // halves, width // halves]
        left = math.prod(reads)
    return found


LIF = {"tau": 2.0, "decay_input": True, "detach_reset": False}
SLOW = {"tau": 10.0, "decay_input": False, "detach_reset": False}
# By whom, T, units, samples, loss, readout, layers.
CASES = [
    (SpikingJelly, 20, 15, 4, "mse", "spikes", [{**LIF, "neurons": 12, "recurrent": True}, LIF]),
    (SpikingJelly, 40, 20, 3, "cross-entropy", "spikes", [{**LIF, "neurons": 9, "learn": "tau", "tau": 3.0}, {**LIF, "learn": "tau"}]),
    (
        *(SpikingJelly, 150, 12, 3, "cross-entropy", "spikes"),
        [
            {**SLOW, "neurons": 14, "recurrent": True, "learn": "tau of each neuron", "detach_reset": True},
            {**LIF, "neurons": 25, "learn": "tau of each neuron", "tau": 1.5},
            SLOW,
        ],
    ),
    (SnnTorch, 30, 15, 4, "cross-entropy-each-step", "spikes", [{**SLOW, "neurons": 13, "synapse": {"tau": 4.0}}, {**SLOW, "synapse": {"tau": 2.0}}]),
    (SnnTorch, 50, 20, 3, "cross-entropy-each-step", "last-potential", [{**SLOW, "neurons": 16, "recurrent": True}, {**SLOW, "synapse": {"tau": 3.0}}]),
    (
        *(SpikingJelly, 150, 10, 3, "cross-entropy", "spikes"),
        [{**SLOW, "neurons": 11, "recurrent": True, "synapse": {"tau": 5.0}}, {**SLOW, "synapse": {"tau": 3.0}}],
    ),
    (
        *(SpikingJelly, 20, 72, 3, "cross-entropy", "spikes"),
        [
            {**LIF, "convolve": {"channels": 5, "kernel": 3, "shape": [2, 6, 6]}, "pool": "spikes"},
            {**LIF, "convolve": {"channels": 13, "kernel": 2, "padding": 1}},
            LIF,
        ],
    ),
    (
        *(SpikingJelly, 150, 12, 3, "mse", "spikes"),
        [
            {**LIF, "convolve": {"channels": 14, "kernel": 3, "stride": 2, "padding": 2, "shape": [1, 3, 4]}, "pool": "spikes", "learn": "tau", "tau": 3.0},
            {**SLOW, "neurons": 9},
            LIF,
        ],
    ),
    (
        *(SpikingJelly, 12, 72, 3, "cross-entropy", "spikes"),
        [
            {**LIF, "convolve": {"channels": 5, "kernel": 3, "shape": [2, 6, 6]}, "norm": "batch", "pool": "spikes"},
            {**LIF, "convolve": {"channels": 13, "kernel": 2, "padding": 1}, "norm": {"scale": 0.5}, "learn": "tau", "tau": 3.0},
            LIF,
        ],
    ),
    (
        *(SpikingJelly, 12, 72, 3, "cross-entropy", "spikes"),
        [
            {**LIF, "convolve": {"channels": 14, "kernel": 3, "shape": [2, 6, 6], "bias": True}, "pool": "spikes"},
            {**LIF, "convolve": {"channels": 3, "kernel": 2, "bias": True}, "learn": "tau"},
            LIF,
        ],
    ),
]


def read(readout, steps):
    return steps[-1] if readout == "last-potential" else torch.stack(steps).mean(0)


def loss_of(name, rates, steps, label):
    if name == "mse":
        return F.mse_loss(rates, F.one_hot(label, 10).double())
    if name == "cross-entropy-each-step":
        return snn_functional.ce_rate_loss()(torch.stack(steps), label)
    return F.cross_entropy(rates, label)


def case(rng, by, T, units, batch, loss_name, readout, layers, lr=0.005, steps=3):
    layers = [{"neurons": 10, **each} for each in layers]
    layers = [{**each, "neurons": n} for each, (_, _, n) in zip(layers, sizes(layers, units))]
    counts = rng.integers(units * T // 8, units * T // 4, batch)
    trains = [{"units": rng.integers(0, units, n).tolist(), "times": rng.integers(0, T, n).tolist()} for n in counts]
    label = torch.tensor(rng.integers(0, 10, batch))
    spikes = torch.zeros(T, batch, units, dtype=torch.float64)
    for i, train in enumerate(trains):
        spikes[train["times"], i, train["units"]] = 1
    weights, norms, nodes = [], [], []
    for i, options in enumerate(layers):
        (inputs, reads, _), n = sizes(layers, units)[i], options["neurons"]
        # Neurons that weaken their input need larger weights to fire now and then; currents that last need smaller ones.
        scale = (6.0 if options["decay_input"] else 2.0) / options.get("synapse", {}).get("tau", 1.0) ** 0.5 / math.sqrt(inputs)
        draw = lambda rows, columns, most: torch.tensor(rng.uniform(-most, most, (rows, columns)).astype(np.float32)).double()
        # Few spikes are left of many layers.
        scale *= 2.5 if "convolve" in layers[0] else 1
        convolve = options.get("convolve")
        columns = convolve["channels"] if convolve else n
        weights.append(Kernels(draw(inputs, columns, scale), reads, **convolve) if convolve else Products(draw(inputs, columns, scale)))
        norms.append(Norm(rng, options["norm"], columns) if "norm" in options else Nothing())
        nodes.append(by(options, readout != "spikes" and i == len(layers) - 1))
        nodes[-1].load(draw(n, n, scale * math.sqrt(inputs / n)) if options.get("recurrent") else None)
    ours = lambda of: [each for parts in zip(weights, norms, nodes) for part in parts for each in part.own(of)]
    optimizer = torch.optim.Adam([p for part in [*weights, *norms, *nodes] for p in part.parameters()], lr, eps=1e-8)

    def forward(training):
        """The spikes of each layer in each step; all steps go through a layer before the next one, as a norm wants it."""
        sequence, fired = list(spikes), []
        for weight, norm, node, options in zip(weights, norms, nodes, layers):
            sequence = [weight(x) for x in sequence]
            if "norm" in options:
                norm.module.train(training)
                sequence = list(norm.module(torch.stack(sequence)))
            sequence = [node.step(x) for x in sequence]
            fired.append([in_a_row(x) for x in sequence])
            if "pool" in options:
                sequence = [layer.AvgPool2d(2, 2)(x) for x in sequence]
        for node in nodes:
            node.reset()
        return fired

    run = {"weight": [float32(each) for each in ours(lambda p: p)], "steps": []}
    for step in range(steps):
        optimizer.zero_grad()
        # What is shown has the running statistics; what is learnt, those of the batch.
        with torch.no_grad():
            fired = forward(False)
        rates = read(readout, fired[-1])
        outputs = forward(True)[-1]
        loss = loss_of(loss_name, read(readout, outputs), outputs, label)
        loss.backward()
        if step == 0:
            run["spike"] = [bits(torch.stack(record, 1).detach() * (not node.reads)) for node, record in zip(nodes, fired)]
            run["gradient"] = [float32(each) for each in ours(lambda p: p.grad)]
            shares = [torch.stack(record).mean().item() for node, record in zip(nodes, fired) if not node.reads]
            if min(shares) < 0.003:
                raise SystemExit(f"make_layers: expected layers that fire, found {shares}")
        optimizer.step()
        for node in nodes:
            node.fix()
        run["steps"].append({"firing_rate": numbers(rates), "loss": loss.item()})
    run["weight_final"] = [float32(each) for each in ours(lambda p: p)]
    shape = {"by": by.__name__, "T": T, "units": units, "loss": loss_name, "readout": readout, "lr": lr, "layers": layers}
    return {**shape, "trains": trains, "label": label.tolist(), **run}


def main():
    parser = argparse.ArgumentParser(description="Makes the golden values of layers.")
    parser.add_argument("--seed", type=int, default=7, help="seed of all inputs (default 7)")
    parser.add_argument("--out", type=pathlib.Path, default=FOLDER, help="folder for the file (default: this script's)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(options.seed)
    cases = []
    for given in CASES:
        while True:
            try:
                cases.append(case(rng, *given))
                break
            except NearThreshold:
                continue
    versions = {name: importlib.metadata.version(name).split("+")[0] for name in ("spikingjelly", "snntorch", "torch")}
    layout = (
        "as trains.json, of networks that layers describes: weight, gradient and weight_final are, of each layer, W [inputs, neurons], "
        "a bias or a norm's weight, bias, running mean and variance [1, channels], R [neurons, neurons] of a recurrent one, and w of a "
        "time constant that is learnt; with a norm, spike and firing_rate are those of evaluation mode; the alpha of ATan is 2"
    )
    content = json.dumps({"source": {**versions, "seed": options.seed}, "layout": layout, "cases": cases})
    options.out.mkdir(parents=True, exist_ok=True)
    file = options.out / "layers.json"
    file.write_text(content, encoding="ascii")
    print(f"{file}: {len(content) / 1e3:.0f} kB")


main()

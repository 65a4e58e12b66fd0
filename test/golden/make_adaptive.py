"""Makes adaptive.json: what neurons whose spikes raise their threshold do in Norse, and the gradient of what they fire.

    python -m pip install norse==1.1.0 spikingjelly==2.0.0 torch
    python test/golden/make_adaptive.py        # writes the file of this folder

Norse adds its current one step late, lets the threshold fall before it compares, and has its spikes raise it by its own
beta: it gets ours divided by 1 - 1 / tau_adapt. Of its surrogates none is SpikingJelly's ATan, which takes their place. It
computes in float64.
"""

import importlib.metadata
import json
import pathlib

import numpy as np
import torch
from norse.torch.functional import lsnn
from spikingjelly.activation_based import surrogate

T, NEURONS, MARGIN, SEED = 60, 10, 1e-5, 7
CASES = [dict(tau=2.0, beta=0.4, tauAdapt=10.0), dict(tau=5.0, beta=0.1, tauAdapt=40.0)]


def fire(x, method, alpha):
    assert x.abs().min().item() > MARGIN, "rounding decides whether a neuron fires: take another seed"
    return surrogate.ATan(alpha=2.0)(x)


def case(rng, tau, beta, tauAdapt):
    left = 1 - 1 / tauAdapt
    number = lambda value: torch.tensor(value, dtype=torch.float64)
    options = lsnn.LSNNParameters(
        tau_syn_inv=number(1), tau_mem_inv=number(1 / tau), tau_adapt_inv=number(1 / tauAdapt), beta=number(beta / left)
    )
    drawn = rng.uniform(-1, 5, (T, NEURONS)).astype(np.float32)
    currents = torch.tensor(drawn, dtype=torch.float64, requires_grad=True)
    worth = torch.arange(NEURONS, dtype=torch.float64) - 4.5
    v = torch.zeros(NEURONS, dtype=torch.float64)
    state = lsnn.LSNNFeedForwardState(v=v, i=currents[0], b=torch.ones_like(v))
    spikes, potentials, loss = [], [], 0
    for t in range(T):
        z, state = lsnn.lsnn_feed_forward_step(currents[min(t + 1, T - 1)], state, options, dt=1)
        spikes.append([int(s) for s in z.tolist()])
        potentials.append(state.v.tolist())
        loss = loss + (worth * z).sum()
    loss.backward()
    short = lambda values: [float(f"{value:.9g}") for value in values]
    flat = lambda rows: [value for row in rows for value in row]
    return dict(
        tau=tau, beta=beta, tauAdapt=tauAdapt, currents=short(drawn.ravel()), spikes=flat(spikes),
        v=short(flat(potentials)), gradient=short(currents.grad.ravel().tolist()),
    )


if __name__ == "__main__":
    lsnn.threshold = fire
    rng = np.random.default_rng(SEED)
    # "+cpu" names a build of PyTorch, not a version.
    versions = {name: importlib.metadata.version(name).split("+")[0] for name in ("norse", "spikingjelly", "torch")}
    made = dict(source=dict(**versions, seed=SEED), T=T, cases=[case(rng, **options) for options in CASES])
    path = pathlib.Path(__file__).resolve().parent / "adaptive.json"
    path.write_text(json.dumps(made) + "\n")
    print([(sum(each["spikes"]), max(map(abs, each["gradient"]))) for each in made["cases"]])

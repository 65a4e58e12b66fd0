"""The same job, event-driven, in Python with numba, as a contender of tools/bench/bench.mjs: a line of batches in, a line of
times out. Written for this one network: only pixels that are not black are looked at, and spikes come from single random
bytes. It shows what Python's best just-in-time compiler makes of the idea.

    python bench_numba.py DATA_FOLDER THREADS
"""

import json
import os
import sys
import time

FOLDER, THREADS = sys.argv[1], sys.argv[2]
if THREADS != "0":
    os.environ["NUMBA_NUM_THREADS"] = THREADS

import numba  # noqa: E402  (reads the number of threads when it is imported)
import numpy as np  # noqa: E402
from idx import read_idx  # noqa: E402
from numba import float32, njit, prange, uint32  # noqa: E402

T, STEPS = 100, 128  # steps that count; steps that are computed, a whole number of vectors
PIXELS, NEURONS, ROW = 784, 10, 16
SHARES = 16  # a batch is cut into shares, so that the sum of gradients does not depend on the number of threads
fast = {"fastmath": True, "boundscheck": False}


@njit(**fast)
def throw(key, words):
    """32 random words from a counter, by the finalizer of `lowbias32` (C. Wellons, hash-prospector)."""
    for lane in range(STEPS // 4):
        z = uint32(key + uint32(lane) * uint32(0x9E3779B9))
        z = uint32((z ^ (z >> uint32(16))) * uint32(0x7FEB352D))
        z = uint32((z ^ (z >> uint32(15))) * uint32(0x846CA68B))
        words[lane] = z ^ (z >> uint32(16))


@njit(**fast)
def poisson(pixel, key, words, spikes):
    """Spikes of one pixel. A byte below the pixel fires; a tie is decided by the next byte, so P = pixel / 255."""
    if pixel == 255:
        spikes[:] = 1
        return
    throw(key, words)
    dice = words.view(np.uint8)
    ties = 0
    for t in range(STEPS):
        spikes[t] = float32(dice[t] < pixel)
        ties += dice[t] == pixel
    if ties:
        for t in range(STEPS):
            if dice[t] == pixel:
                spikes[t] = float32(np.random.randint(0, 255) < pixel)


@njit(**fast)
def one_image(image, label, key, batch_size, weights, gradient, lit, spikes, words, x, dx):
    """Forward and back; returns whether the answer is right. x holds the input, then h; dx the slope, then dL/dx."""
    count = 0
    for p in range(PIXELS):
        if image[p]:
            lit[count] = p
            count += 1
    x[:, :] = 0
    for i in range(count):
        fired = spikes[i]
        poisson(image[lit[i]], uint32(key + uint32(i) * uint32(0x85EBCA6B)), words, fired)
        row = weights[lit[i]]
        for j in range(NEURONS):
            w, input_of = row[j], x[j]
            for t in range(STEPS):
                input_of[t] += w * fired[t]
    v = np.zeros(NEURONS, np.float32)
    counts = np.zeros(NEURONS, np.float32)
    for t in range(T):
        for j in range(NEURONS):
            h = v[j] + (x[j, t] - v[j]) * float32(0.5)
            spike = float32(h >= float32(1))
            x[j, t] = h
            counts[j] += spike
            v[j] = h * (float32(1) - spike)
    best = 0
    for j in range(1, NEURONS):
        if counts[j] > counts[best]:
            best = j
    for j in range(NEURONS):
        h_of, slope = x[j], dx[j]
        for t in range(T):
            u = (h_of[t] - float32(1)) * float32(np.pi)
            slope[t] = float32(1) / (float32(1) + u * u)
        for t in range(T, STEPS):
            slope[t] = 0
    loss_gradient = np.zeros(NEURONS, np.float32)
    carried = np.zeros(NEURONS, np.float32)
    for j in range(NEURONS):
        loss_gradient[j] = (counts[j] / T - (1 if j == label else 0)) * (2.0 / (batch_size * NEURONS * T))
    for t in range(T - 1, -1, -1):
        for j in range(NEURONS):
            h = x[j, t]
            spike = float32(h >= float32(1))
            into_h = carried[j] * (float32(1) - spike) + (loss_gradient[j] - carried[j] * h) * dx[j, t]
            carried[j] = into_h * float32(0.5)
            dx[j, t] = carried[j]
    for i in range(count):
        fired, into = spikes[i], gradient[lit[i]]
        for j in range(NEURONS):
            total, of = float32(0), dx[j]
            for t in range(STEPS):
                total += fired[t] * of[t]
            into[j] += total
    return best == label


@njit(parallel=True, **fast)
def one_batch(images, labels, batch, weights, m, square, shares, step, seed):
    """One step of Adam (learning rate 1e-3) on one batch; returns how many answers were right."""
    right = np.zeros(SHARES, np.int64)
    size = len(batch)
    per = (size + SHARES - 1) // SHARES
    for share in prange(SHARES):
        gradient = shares[share]
        gradient[:, :] = 0
        lit = np.empty(PIXELS, np.int64)
        spikes = np.empty((PIXELS, STEPS), np.float32)
        words = np.empty(STEPS // 4, np.uint32)
        x = np.empty((NEURONS, STEPS), np.float32)
        dx = np.empty((NEURONS, STEPS), np.float32)
        for i in range(share * per, min(size, (share + 1) * per)):
            k = batch[i]
            key = uint32((seed * 60000 + k) * 2654435761)
            right[share] += one_image(images[k], labels[k], key, size, weights, gradient, lit, spikes, words, x, dx)
    rate = float32(1e-3 / (1 - 0.9**step))
    scale = float32(np.sqrt(1 - 0.999**step))
    for p in prange(PIXELS):
        for j in range(ROW):
            g = float32(0)
            for share in range(SHARES):
                g += shares[share, p, j]
            m[p, j] += (g - m[p, j]) * float32(0.1)
            square[p, j] = square[p, j] * float32(0.999) + g * g * float32(0.001)
            weights[p, j] -= rate * m[p, j] / (np.sqrt(square[p, j]) / scale + float32(1e-8))
    return right.sum()


def main():
    images = read_idx(f"{FOLDER}/train-images-idx3-ubyte").reshape(-1, PIXELS).copy()
    labels = read_idx(f"{FOLDER}/train-labels-idx1-ubyte").copy()
    weights = np.zeros((PIXELS, ROW), np.float32)
    weights[:, :NEURONS] = np.random.default_rng(0).uniform(-1 / 28, 1 / 28, (PIXELS, NEURONS))
    m, square = np.zeros_like(weights), np.zeros_like(weights)
    shares = np.zeros((SHARES, PIXELS, ROW), np.float32)
    print(json.dumps({"ready": numba.__version__, "threads": numba.get_num_threads()}), flush=True)
    step = 0
    for line in sys.stdin:
        milliseconds, right, shown = [], 0, 0
        for batch in json.loads(line):
            step += 1
            indices = np.array(batch, np.int64)
            begin = time.perf_counter()
            right += one_batch(images, labels, indices, weights, m, square, shares, step, step)
            milliseconds.append((time.perf_counter() - begin) * 1e3)
            shown += len(batch)
        print(json.dumps({"ms": milliseconds, "accuracy": right / shown}), flush=True)


main()

"""Makes test/golden/events/frames.json: events of a camera, and the frames that Tonic makes of them, by time and by count.

Run it from the clone with a Python that has Tonic (`pip install tonic`):

    python test/golden/make_frames.py

The events are random numbers of a fixed seed: they mean nothing. A few pixels send most of them, so that some report twice in a frame.
"""

import json
import pathlib

import numpy
import tonic.transforms

FILE = pathlib.Path(__file__).resolve().parent / "events" / "frames.json"
SIZE = (34, 34, 2)
T, WINDOW, EVENTS = 6, 5000, 164


def main():
    random = numpy.random.default_rng(48)
    events = numpy.zeros(EVENTS, dtype=[("x", int), ("y", int), ("t", int), ("p", int)])
    # None in the first frame but one, more towards the end, and the last ones come too late for every frame.
    events["t"] = numpy.sort(WINDOW * (1 + 6 * random.uniform(0, 1, EVENTS) ** 0.5)).astype(int)
    events["t"][0] = 40
    for name in "xy":
        events[name] = numpy.where(random.uniform(0, 1, EVENTS) < 0.4, random.integers(15, 17, EVENTS), random.integers(0, 34, EVENTS))
    events["p"] = random.integers(0, 2, EVENTS)

    def pairs(frames):
        """Of each step, the units with at least one event; a unit is (polarity * height + y) * width + x."""
        return [[int(unit), step] for step, frame in enumerate(frames) for unit in numpy.flatnonzero(frame)]

    frame = tonic.transforms.ToFrame
    by_time = frame(SIZE, time_window=WINDOW, start_time=0, end_time=T * WINDOW)(events)
    inside = events[events["t"] < T * WINDOW]
    by_count = frame(SIZE, n_event_bins=T)(inside)
    golden = {
        "T": T,
        "duration": T * WINDOW,
        "left": len(inside) % T,
        "events": [[int(e["x"]), int(e["y"]), int(e["p"]), int(e["t"])] for e in events],
        "time": pairs(by_time),
        "number": pairs(by_count),
    }
    FILE.write_text(json.dumps(golden) + "\n")


main()

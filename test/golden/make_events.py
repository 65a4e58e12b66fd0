"""Makes the files of test/golden/events: small recordings in the layouts in which SHD and DVS128 Gesture are published, and what
h5py, NumPy and SpikingJelly read in them.

Run it from the clone with a Python that has SpikingJelly (tools/peers/test/requirements.in), h5py and PyTables (`pip install h5py tables`):

    .venv-peers/bin/python test/golden/make_events.py

The times and units of the spikes are random numbers of a fixed seed: they mean nothing.
"""

import json
import pathlib
import struct
import tempfile

import h5py
import numpy
import tables
from spikingjelly.datasets import dvs128_gesture

FOLDER = pathlib.Path(__file__).resolve().parent / "events"
KEYS = "null eins zwei drei vier fünf sechs sieben acht neun zero one two three four five six seven eight nine".split()

# A file is the same at each run, and small: PyTables' own chunks have room for 32,768 lists.
FIXED = {"chunkshape": 16, "track_times": False}

# How the spikes are binned: SHD's in seconds, so this is one step per millisecond; the gestures' in microseconds.
SHD = {"classes": [0, 13, 7], "T": 1000, "duration": 1_000_000}
GESTURES = {"width": 128, "height": 128, "pool": 8, "T": 60, "duration": 60_000}


def samples(random, labels):
    """Of each label, the times in seconds, some beyond the duration, and the units."""
    for label in labels:
        count = int(random.integers(20, 60))
        yield label, numpy.sort(random.uniform(0, 1.2, count)), random.integers(0, 700, count)


def write_as_published(path, random, labels):
    """By PyTables, which wrote the published files: lists of half floats and of 16 bits, no compression within the file."""
    with tables.open_file(path, "w") as file:
        spikes = file.create_group(file.root, "spikes")
        times = file.create_vlarray(spikes, "times", tables.Float16Atom(), **FIXED)
        units = file.create_vlarray(spikes, "units", tables.UInt16Atom(), **FIXED)
        for _, when, unit in samples(random, labels):
            times.append(when.astype("f2"))
            units.append(unit.astype("u2"))
        file.create_array(file.root, "labels", numpy.array(labels, "u2"), track_times=False)
        extra = file.create_group(file.root, "extra")
        file.create_array(extra, "speaker", numpy.zeros(len(labels), "u2"), track_times=False)
        file.create_array(extra, "keys", numpy.array([key.encode() for key in KEYS]), track_times=False)
        meta = file.create_group(extra, "meta_info")
        for name in ["gender", "age", "body_height"]:
            file.create_array(meta, name, [b"0"], track_times=False)


def write_compressed(path, random, labels):
    """By h5py: float32, in chunks that are shuffled and deflated."""
    drawn = list(samples(random, labels))
    with h5py.File(path, "w") as file:
        for name, kind, place in [("times", "f4", 1), ("units", "u2", 2)]:
            lists = file.create_dataset(
                f"spikes/{name}", (len(labels),), h5py.vlen_dtype(kind), chunks=(4,), compression="gzip", shuffle=True
            )
            for i, sample in enumerate(drawn):
                lists[i] = sample[place].astype(kind)
        file.create_dataset("labels", data=numpy.array(labels, "i8"), chunks=(4,), compression="gzip", shuffle=True)


def unique(units, steps):
    """Pairs of a unit and a step, each once, in order."""
    return sorted({(int(unit), int(step)) for unit, step in zip(units, steps)})


def read_shd(path):
    with h5py.File(path) as file:
        trains, labels = [], []
        for times, units, label in zip(file["spikes/times"], file["spikes/units"], file["labels"]):
            if label not in SHD["classes"]:
                continue
            microseconds = times.astype("f8") * 1e6
            steps = numpy.floor(microseconds * SHD["T"] / SHD["duration"])
            early = microseconds < SHD["duration"]
            trains.append(unique(units[early], steps[early]))
            labels.append(SHD["classes"].index(label))
        return {"trains": trains, "labels": labels}


def packet(events, kind=1, source=1):
    """A packet of AEDAT 3.1, whose events are (x, y, polarity, time)."""
    words = b"".join(struct.pack("<II", x << 17 | y << 2 | p << 1 | 1, t) for x, y, p, t in events)
    return struct.pack("<HHIIIIII", kind, source, 8, 4, 0, len(events), len(events), len(events)) + words


def write_gestures(folder, name, random):
    """Three packets, with one of another kind between them; gestures overlap and have breaks as in the published files."""
    rows = [(1, 1000, 61_000), (2, 70_000, 140_000), (11, 150_000, 200_000), (10, 190_000, 230_000)]
    times = numpy.sort(random.integers(0, 250_000, 900))
    events = [(*(int(v) for v in random.integers(0, 128, 2)), int(random.integers(0, 2)), int(t)) for t in times]
    (folder / f"{name}.aedat").write_bytes(
        b"#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DVS128\r\n#Start-Time: 2016-01-01 12:00:00 (TZ+0000)\r\n#!END-HEADER\r\n"
        + packet(events[:300])
        + packet([(0, 0, 0, 5)], kind=0)
        + packet(events[300:301])
        + packet(events[301:])
    )
    lines = ["class,startTime_usec,endTime_usec", *(",".join(map(str, row)) for row in rows)]
    (folder / f"{name}_labels.csv").write_text("\n".join(lines) + "\n")


def read_gestures(folder, name):
    """SpikingJelly reads the file and cuts the gestures out; NumPy makes steps and units of them."""
    trains, labels = [], []
    side, T, duration = GESTURES["width"] // GESTURES["pool"], GESTURES["T"], GESTURES["duration"]
    starts = {int(row[0]): int(row[1]) for row in numpy.loadtxt(folder / f"{name}_labels.csv", int, delimiter=",", skiprows=1)}
    with tempfile.TemporaryDirectory() as out:
        for label in range(11):
            (pathlib.Path(out) / str(label)).mkdir()
        cut = dvs128_gesture._split_aedat_files_to_np
        cut(name, folder / f"{name}.aedat", folder / f"{name}_labels.csv", pathlib.Path(out))
        for label in range(10):
            for file in sorted((pathlib.Path(out) / str(label)).glob("*.npz")):
                sample = numpy.load(file)
                times = sample["t"].astype(int) - starts[label + 1]
                units = (sample["p"].astype(int) * side + sample["y"] // GESTURES["pool"]) * side + sample["x"] // GESTURES["pool"]
                early = times < duration
                trains.append(unique(units[early], times[early] * T // duration))
                labels.append(label)
    return {"trains": trains, "labels": labels}


def main():
    FOLDER.mkdir(exist_ok=True)
    random = numpy.random.default_rng(21)
    write_as_published(FOLDER / "shd_train.h5", random, [0, 13, 7, 19, 0, 13, 7, 7, 1, 13])
    write_compressed(FOLDER / "shd_test.h5", random, [13, 4, 0, 7, 7, 0])
    write_gestures(FOLDER, "user01_lab", random)
    golden = {
        "shd": {**SHD, "train": read_shd(FOLDER / "shd_train.h5"), "test": read_shd(FOLDER / "shd_test.h5")},
        "gestures": {**GESTURES, **read_gestures(FOLDER, "user01_lab")},
    }
    (FOLDER / "golden.json").write_text(json.dumps(golden) + "\n")


main()

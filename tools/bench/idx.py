"""MNIST's own file format, for the contenders written in Python."""

import struct

import numpy as np


def read_idx(path):
    """The array of an idx file."""
    with open(path, "rb") as file:
        content = file.read()
    dimensions = content[3]
    shape = struct.unpack_from(f">{dimensions}I", content, 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)

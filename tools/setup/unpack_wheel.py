"""Takes libtensorflow and its C headers out of a TensorFlow wheel: unpack_wheel.py WHEEL LIB_DIR INCLUDE_DIR."""

import re
import shutil
import sys
import zipfile
from pathlib import Path

wheel, lib, include = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
HEADERS = ("tensorflow/c/", "tensorflow/core/platform/ctstring", "tensorflow/tsl/c/", "tensorflow/tsl/platform/ctstring")

found = 0
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if re.fullmatch(r"tensorflow/libtensorflow_(cc|framework)\.(so\.2|2\.dylib)", name):
            target = lib / name.rsplit("/", 1)[1]
            found += 1
        elif name.startswith(tuple(f"tensorflow/include/{header}" for header in HEADERS)) and name.endswith(".h"):
            target = include / name.removeprefix("tensorflow/include/")
        else:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as source, open(target, "wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
if found != 2:
    sys.exit(f"{wheel}: expected libtensorflow_cc and libtensorflow_framework, found {found} of them")

"""The lines of requirements.txt that apply to another version of Python: wheels.py requirements.txt 3.12.0 > file.

pip itself would ask the Python that it runs on.
"""

import re
import sys
from pathlib import Path

from packaging.requirements import Requirement

text, version = Path(sys.argv[1]).read_text(), sys.argv[2]
python = {"python_full_version": version, "python_version": version.rpartition(".")[0]}
# A requirement goes on over the lines that end with a backslash.
for entry in re.findall(r"^[a-zA-Z](?:\\\n|.)*", text, re.MULTILINE):
    line, *hashes = re.sub(r"\\\n", "", entry).split("--hash=")
    wanted = Requirement(line.strip())
    if wanted.marker is None or wanted.marker.evaluate(python):
        print(f"{wanted.name}{wanted.specifier}", *(f"--hash={one.strip()}" for one in hashes))

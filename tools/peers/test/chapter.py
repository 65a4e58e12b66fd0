"""Runs the Python of a chapter, and compares what it prints: python chapter.py out-and-in, in the folder of the project.

In the chapter's text, a block `python` is followed by a block `text` with what it prints, if that is to be compared. All blocks share their names, as in
one program. The last line that is printed is JSON: for each block its code, what the chapter says, and what was printed.
"""

import contextlib
import io
import json
import logging
import pathlib
import re
import sys
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

(CHAPTER,) = (pathlib.Path(__file__).resolve().parents[3] / "notebooks").glob(f"*-{sys.argv[1]}.ipynb")


def blocks():
    cells = json.loads(CHAPTER.read_text(encoding="utf8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return re.findall(r"^```python\n(.*?)^```\n(?:```text\n(.*?)^```$)?", text, re.S | re.M)


def main():
    names, found = {}, []
    for code, said in blocks():
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, CHAPTER.name, "exec"), names)
        found.append({"code": code, "said": said, "printed": printed.getvalue()})
    print(json.dumps(found))


main()

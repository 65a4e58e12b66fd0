"""Lets papermill hand parameters to notebooks on the tslab kernel.

As a program it is papermill with the translator: tslab_papermill.py in.ipynb out.ipynb -p epochs 3
As a module: `import tslab_papermill` once, before papermill.execute_notebook.

Papermill notices a cell that fails, but not an error in a timer or in a promise that is not awaited; to have
these noticed, too, let papermill only write the parameters (--prepare-only), and execute the result with the headless runner.
"""

import json
import math
import re
import sys

if __name__ == "__main__":
    # jsonschema takes it if it is there, and half of a start would go into the grammar that it builds: of
    # international addresses, which no schema of notebooks knows.
    sys.modules["rfc3987_syntax"] = None

from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators


DECLARATION = re.compile(r"\s*(?:let|const|var)\s+(\w+)\s*(?::\s*([^=]+?))?\s*=\s*(.*?);?\s*(?://\s*(.*))?")


class TypeScriptTranslator(Translator):
    """Writes parameters as TypeScript."""

    @classmethod
    def translate_none(cls, val) -> str:
        return "null"

    @classmethod
    def translate_str(cls, val) -> str:
        return json.dumps(str(val), ensure_ascii=False)

    @classmethod
    def translate_bool(cls, val) -> str:
        return "true" if val else "false"

    @classmethod
    def translate_float(cls, val) -> str:
        if math.isnan(val):
            return "NaN"
        if math.isinf(val):
            return "Infinity" if val > 0 else "-Infinity"
        return repr(val)

    @classmethod
    def translate_list(cls, val) -> str:
        return f"[{', '.join(cls.translate(item) for item in val)}]"

    @classmethod
    def translate_dict(cls, val) -> str:
        entries = (f"{cls.translate_str(key)}: {cls.translate(item)}" for key, item in val.items())
        return f"{{ {', '.join(entries)} }}" if val else "{}"

    @classmethod
    def comment(cls, cmt_str) -> str:
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val) -> str:
        # `let`, as a cell further down may change it. Without a type, null could be nothing else later.
        return f"let {name}{': any' if str_val == 'null' else ''} = {str_val};"

    @classmethod
    def inspect(cls, parameters_cell) -> list[Parameter]:
        """The parameters of a cell, one per line: `let epochs: number = 1; // how many`."""
        found = filter(None, map(DECLARATION.fullmatch, parameters_cell["source"].splitlines()))
        return [Parameter(name, type_ or "None", value, note or "") for name, type_, value, note in (m.groups() for m in found)]


papermill_translators.register("typescript", TypeScriptTranslator)

if __name__ == "__main__":
    from papermill.cli import papermill

    papermill()

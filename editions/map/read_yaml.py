"""Prints a YAML file as JSON. A fault is one line on stderr, with exit status 2."""

import json
import sys

import yaml


class Loader(yaml.SafeLoader):
    """Refuses a key that is there twice, of which PyYAML would silently take the last."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                sys.exit(fault(f"line {line}: expected each name once, found {key.value} twice"))
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def fault(line):
    print(line, file=sys.stderr)
    return 2


def main(file):
    try:
        with open(file, encoding="utf-8") as stream:
            print(json.dumps(yaml.load(stream, Loader), default=str, allow_nan=False))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        return fault(f"{where}expected YAML, found a fault: {problem}")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        return fault(f"expected a YAML file, cannot read it: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

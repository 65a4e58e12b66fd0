"""The JUnit file (--junit): a test suite per notebook, a test case per code cell."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

# What XML 1.0 does not allow, not even escaped: control characters and halves of surrogate pairs.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Case:
    """A code cell. `failure` is its first line and the text below it."""

    name: str
    seconds: float = 0.0
    skipped: bool = False
    failure: tuple[str, str] | None = None


@dataclass
class Suite:
    """A notebook. `error` is a failure outside of any cell."""

    name: str
    seconds: float = 0.0
    cases: list[Case] = field(default_factory=list)
    error: str | None = None


def allowed(text: str) -> str:
    return FORBIDDEN.sub("\ufffd", text)


def document(suites: list[Suite]) -> str:
    root = ET.Element("testsuites")
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for suite in suites:
        cases = list(suite.cases)
        if suite.error is not None:
            cases.append(Case("the notebook as a whole", suite.seconds))
        counts = {
            "tests": len(cases),
            "failures": sum(case.failure is not None for case in cases),
            "errors": int(suite.error is not None),
            "skipped": sum(case.skipped for case in cases),
        }
        for name, count in counts.items():
            totals[name] += count
        attributes = {name: str(count) for name, count in counts.items()}
        name = allowed(suite.name)
        element = ET.SubElement(root, "testsuite", name=name, time=f"{suite.seconds:.3f}", **attributes)
        for case in cases:
            time = f"{case.seconds:.3f}"
            testcase = ET.SubElement(element, "testcase", classname=name, name=allowed(case.name), time=time)
            if case.skipped:
                ET.SubElement(testcase, "skipped", message="an earlier cell failed, or the run was interrupted")
            if case.failure is not None:
                message, text = case.failure
                failure = ET.SubElement(testcase, "failure", message=allowed(message))
                failure.text = allowed(text)
        if suite.error is not None:
            ET.SubElement(testcase, "error", message=allowed(suite.error))
    for name, count in totals.items():
        root.set(name, str(count))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"

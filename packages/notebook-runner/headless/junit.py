"""The JUnit file (--junit): a test suite per notebook, a test case per code cell."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

# What XML 1.0 does not allow, not even escaped: control characters and halves of surrogate pairs.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Case:
    """A code cell, or the notebook as a whole. `failure` is its first line and the text below it."""

    name: str
    seconds: float = 0.0
    skipped: bool = False
    failure: tuple[str, str] | None = None


@dataclass
class Suite:
    """A notebook."""

    name: str
    seconds: float = 0.0
    cases: list[Case] = field(default_factory=list)


def element(parent: ET.Element, tag: str, text: str | None = None, **attributes: object) -> ET.Element:
    it = ET.SubElement(parent, tag, {name: FORBIDDEN.sub("\ufffd", str(value)) for name, value in attributes.items()})
    it.text = text and FORBIDDEN.sub("\ufffd", text)
    return it


def counts(cases: list[Case]) -> dict[str, int]:
    failures, skipped = sum(case.failure is not None for case in cases), sum(case.skipped for case in cases)
    return {"tests": len(cases), "failures": failures, "skipped": skipped}


def document(suites: list[Suite]) -> str:
    root = ET.Element("testsuites", {name: str(count) for name, count in counts([case for suite in suites for case in suite.cases]).items()})
    for suite in suites:
        one = element(root, "testsuite", name=suite.name, time=f"{suite.seconds:.3f}", **counts(suite.cases))
        for case in suite.cases:
            it = element(one, "testcase", classname=suite.name, name=case.name, time=f"{case.seconds:.3f}")
            if case.skipped:
                element(it, "skipped", message="an earlier cell failed, or the run was interrupted")
            if case.failure is not None:
                element(it, "failure", case.failure[1], message=case.failure[0])
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"

"""What a check found: how it stands, in a sentence, and what cures it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

State = Literal["ok", "warning", "problem", "skipped"]

Check = Literal[
    "settings",
    "server",
    "port",
    "clients",
    "clock",
    "accounts",
    "keys",
    "upstream",
    "database",
    "journal",
    "disk",
    "files",
]
"""What is looked at, in the order it is told."""


_SENTENCE_END = re.compile(r"(?:\.|;) (?=\S)")


class Finding(msgspec.Struct, frozen=True):
    """One of them. `problem`: something does not work; `warning`: it may not work as meant, or not for long."""

    check: Check
    state: State
    summary: str
    detail: str | None = None
    """What the summary is concluded from; or why a check was skipped."""
    cure: str | None = None
    """A command or setting, ready to be used."""


def ok(check: Check, summary: str, detail: str | None = None) -> Finding:
    """All is well."""
    return Finding(check, "ok", summary, detail)


def warning(check: Check, summary: str, cure: str | None = None, detail: str | None = None) -> Finding:
    """Worth a look."""
    return Finding(check, "warning", summary, detail, cure)


def problem(check: Check, summary: str, cure: str, detail: str | None = None) -> Finding:
    """Does not work, and the cure."""
    return Finding(check, "problem", summary, detail, cure)


def of_error(check: Check, message: str, otherwise: str) -> Finding:
    """A problem in the words of one of our errors, which say what is wrong and then what to do; or `otherwise`."""
    summary, _, cure = _SENTENCE_END.sub("\n", message, count=1).partition("\n")
    return problem(check, summary.rstrip(".") + ".", cure.removeprefix("Run: ") or otherwise)


def skipped(check: Check, summary: str, why: str) -> Finding:
    """Not looked at."""
    return Finding(check, "skipped", summary, why)


def count(findings: Iterable[Finding], state: State) -> int:
    """How many are so."""
    return sum(finding.state == state for finding in findings)


def report(findings: list[Finding]) -> dict[str, Any]:
    """All of it as JSON."""
    return {
        "findings": [msgspec.structs.asdict(finding) for finding in findings],
        "problems": count(findings, "problem"),
        "warnings": count(findings, "warning"),
    }

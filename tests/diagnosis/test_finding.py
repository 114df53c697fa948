from __future__ import annotations

import pytest

from claudeflare.diagnosis.finding import count, of_error, ok, problem, report, skipped, warning


@pytest.mark.parametrize(
    ("message", "summary", "cure"),
    [
        (
            "/k can be read by others (mode 0644). Run: chmod 600 /k",
            "/k can be read by others (mode 0644).",
            "chmod 600 /k",
        ),
        ("port 80 may not be used; choose another", "port 80 may not be used.", "choose another"),
        ("It is gone. Put it back. Soon.", "It is gone.", "Put it back. Soon."),
        ("version 1.2 is needed", "version 1.2 is needed.", "otherwise"),
    ],
)
def test_an_errors_second_sentence_is_its_cure(message: str, summary: str, cure: str) -> None:
    assert of_error("keys", message, "otherwise") == problem("keys", summary, cure)


def test_a_report() -> None:
    findings = [
        ok("disk", "Fine."),
        warning("clock", "Hm.", "look"),
        skipped("keys", "Keys", "none"),
        problem("port", "No.", "do"),
    ]
    assert count(findings, "ok") == 1
    assert report(findings) == {
        "findings": [
            {"check": "disk", "state": "ok", "summary": "Fine.", "detail": None, "cure": None},
            {"check": "clock", "state": "warning", "summary": "Hm.", "detail": None, "cure": "look"},
            {"check": "keys", "state": "skipped", "summary": "Keys", "detail": "none", "cure": None},
            {"check": "port", "state": "problem", "summary": "No.", "detail": None, "cure": "do"},
        ],
        "problems": 1,
        "warnings": 1,
    }

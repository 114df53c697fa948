"""Marks these tests `torture`, which an ordinary run leaves out, and prints what came of them in a table."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from ordeal import Ordeal, Tell

from harness.record_parity import Parity

ROWS = pytest.StashKey[list[tuple[str, ...]]]()
HEADINGS = ("scenario", "asked", "answered whole", "recorded", "kills", "shed", "destroyed", "lost", "seconds")
LIMIT_SECONDS = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("torture")
            item.add_marker(pytest.mark.timeout(LIMIT_SECONDS))


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Puts one line into the table. Lost is what the product did not count as shed and the test did not destroy."""
    rows = request.config.stash.setdefault(ROWS, [])
    began = time.monotonic()

    def add(ordeal: Ordeal, parity: Parity) -> None:
        counts = (
            len(ordeal.ledger.asked),
            parity.answered,
            parity.recorded,
            ordeal.kills,
            ordeal.shed,
            ordeal.excused,
            len(parity.lost) - ordeal.shed - ordeal.excused,
        )
        seconds = f"{time.monotonic() - began:.0f}"
        rows.append((request.node.name.removeprefix("test_").replace("_", " "), *map(str, counts), seconds))

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = [HEADINGS, *config.stash.get(ROWS, [])]
    if len(rows) == 1:
        return
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    terminalreporter.section("nothing lost")
    for first, *numbers in rows:
        cells = [first.ljust(widths[0]), *map(str.rjust, numbers, widths[1:])]
        terminalreporter.write_line("  ".join(cells))

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from claudeflare.errors import Unreachable
from claudeflare.importing.foreign_file import ForeignFile, opened
from claudeflare.importing.old_requests import Left
from claudeflare.importing.report import done
from claudeflare.importing.transfer import AT_ONCE, Transfer, Transferred
from harness.ccflare_files import make, request
from harness.data_directory import NOW


class Receiver:
    """Takes batches until it is told to fail."""

    def __init__(self, batches: int = 100) -> None:
        self.left = batches
        self.ids: list[str] = []

    async def import_requests(self, source: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
        assert source == "ccflare"
        if not self.left:
            raise Unreachable("The connection broke off.")
        self.left -= 1
        known = sum(row["id"] in self.ids for row in rows)
        self.ids += [row["id"] for row in rows if row["id"] not in self.ids]
        return {"added": len(rows) - known, "known": known, "tooOld": 0}


def transfer(file: ForeignFile) -> Transfer:
    return Transfer(file=file, source="ccflare", decisions=[], now=NOW)


async def test_all_rows_in_batches(tmp_path: Path) -> None:
    bad = [request(-1, timestamp="never"), request(-2, 10, success=0, response_time_ms=0)]
    rows = [*map(request, range(2 * AT_ONCE + 1)), *bad]
    seen: list[int] = []
    to = Receiver()
    with opened(make(tmp_path / "x.db", "ccflare", requests=rows)) as file:
        result = await transfer(file).run(to, lambda so_far: seen.append(so_far.seen))
    assert (result.added, result.known, result.left) == (2 * AT_ONCE + 1, 0, dict.fromkeys(Left, 1))
    assert seen[-1] == result.seen == len(rows)
    assert len(to.ids) == 2 * AT_ONCE + 1
    assert done([], result)["requests"] == {
        "added": 2 * AT_ONCE + 1,
        "known": 0,
        "tooOld": 0,
        "unreadable": 1,
        "running": 1,
    }


async def test_after_an_interruption_it_goes_on(tmp_path: Path) -> None:
    to = Receiver(batches=1)
    with opened(make(tmp_path / "x.db", "ccflare", requests=map(request, range(AT_ONCE + 5)))) as file:
        with pytest.raises(Unreachable):
            await transfer(file).run(to, lambda so_far: None)
        assert len(to.ids) == AT_ONCE
        to.left = 9
        again = await transfer(file).run(to, lambda so_far: None)
    assert (again.added, again.known) == (5, AT_ONCE)


async def test_nothing_to_send(tmp_path: Path) -> None:
    with opened(make(tmp_path / "x.db", "ccflare")) as file:
        result = await transfer(file).run(Receiver(0), lambda so_far: None)
    assert result == Transferred()
    assert done([], None) == {"accounts": [], "requests": None}

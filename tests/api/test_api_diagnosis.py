"""`/api/diagnosis`: what only the server sees."""

from __future__ import annotations

import msgspec

from claudeflare.diagnosis.condition import Condition
from claudeflare.home import Home
from claudeflare.journal.segments import SegmentName
from claudeflare.storage.migrate import head_revision
from harness.journal_frames import segment, write_segment
from harness.rest_api import Api


async def test_all_is_well(api: Api) -> None:
    told = await api.get("/api/diagnosis")
    home = Home(api.services.settings.home)
    nothing = {"segments": 0, "bytes": 0, "oldestSeconds": None, "setAside": 0}
    assert told["now"] == "2026-11-18T11:06:40.000Z"
    assert told["workers"] == {"configured": 1, "connected": 0}
    assert told["records"] == told["payloads"] == nothing
    assert [disk["path"] for disk in told["disks"]] == [str(home.directory)]
    assert told["database"] == {
        "place": str(home.database),
        "error": None,
        "engine": told["database"]["engine"],
        "revision": head_revision(),
        "neededRevision": head_revision(),
        "knownRevision": True,
        "sound": True,
        "damage": [],
    }


async def test_what_is_left_in_the_journal(api: Api) -> None:
    name = SegmentName("a", 0, 1)
    write_segment(Home(api.services.settings.home).journal, name, segment(name))
    told = await api.get("/api/diagnosis")
    assert told["records"]["segments"] == 1
    assert told["records"]["oldestSeconds"] >= 0.0


async def test_the_command_line_reads_it(api: Api) -> None:
    condition = msgspec.convert(await api.get("/api/diagnosis"), Condition)
    assert condition.database is not None
    assert condition.database.needed_revision == head_revision()
    assert condition.workers is not None

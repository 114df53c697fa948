"""The reader's zone, as servers know it."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from claudeflare.tui.local_zone import local_zone


def test_the_zone_that_is_given() -> None:
    assert local_zone(ZoneInfo("Asia/Kathmandu")).name == "Asia/Kathmandu"
    assert local_zone(UTC).name == "UTC"


@pytest.mark.parametrize(("tz", "name"), [("Europe/Berlin", "Europe/Berlin"), (":Europe/Berlin", "Europe/Berlin")])
def test_the_variable(tz: str, name: str) -> None:
    found = local_zone(None, {"TZ": tz}, Path("/nowhere"))
    assert (found.name, str(found.zone)) == (name, name)


def test_the_systems_link(tmp_path: Path) -> None:
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/America/St_Johns")
    assert local_zone(None, {}, link).name == "America/St_Johns"


@pytest.mark.parametrize("tz", ["CET-1CEST", "/usr/share/zoneinfo/Nowhere", "../../etc/passwd", "Europe/Nowhere"])
def test_what_is_no_name_is_utc(tz: str) -> None:
    assert local_zone(None, {"TZ": tz}, Path("/nowhere")).name == "UTC"


def test_no_link_is_utc(tmp_path: Path) -> None:
    (tmp_path / "localtime").write_bytes(b"TZif2")
    assert local_zone(None, {}, tmp_path / "localtime").name == "UTC"
    assert local_zone(None, {}, tmp_path / "nowhere").name == "UTC"

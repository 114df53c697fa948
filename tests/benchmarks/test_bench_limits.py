"""The targets for limits and caches, on a short run of `make bench-limits`; the same seed gives the same figures."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "limits"
WAYS = "session,reactive failover"


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, Any]]:
    """Way -> its figures at 90 % load."""
    command = [sys.executable, "run.py", "--quick", "--json", "--jobs", "1", "--loads", "0.9", "--ways", WAYS]
    ended = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=55, check=True)
    return {row["way"]: row for row in json.loads(ended.stdout)["rows"]}


def test_no_client_sees_a_limit(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["session"]["clientLimits"] == 0
    assert rows["session"]["requests"] > 10_000


def test_the_api_refuses_less_than_one_in_a_thousand(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["session"]["upstreamLimitsPerThousand"] <= 1.0
    assert rows["reactive failover"]["upstreamLimitsPerThousand"] > 50.0, "else the load is none"


def test_caches_are_kept(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["session"]["cacheKept"] >= 0.98


def test_hardly_anybody_waits(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["session"]["waitP50"] == 0.0
    assert rows["session"]["waitP99"] <= 10.0


def test_the_picture_shows_every_way() -> None:
    picture = (FOLDER.parents[1] / "docs" / "limits.svg").read_text(encoding="utf-8")
    texts = {each.text for each in ElementTree.fromstring(picture).iter() if each.tag.endswith("text")}
    assert {"session", "reactive failover", "90% load", "Cache hits kept"} <= texts

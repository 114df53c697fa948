"""Request ids."""

from __future__ import annotations

import re

from claudeflare.gateway.ids import RequestIds


def test_ids_are_unique_and_sort_by_time() -> None:
    ids = RequestIds()
    made = [ids.new() for _ in range(10_000)]
    assert len(set(made)) == len(made)
    times = [one[:15] for one in made]
    assert times == sorted(times)
    assert all(re.fullmatch(r"cf_[0-9a-f]{24}", one) for one in made)
    assert RequestIds().new()[15:21] != ids.new()[15:21]

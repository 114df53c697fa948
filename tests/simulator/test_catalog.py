"""The list of models."""

from __future__ import annotations

from claudeflare.simulator.catalog import CATALOG, find_model, models_page


def ids(page: dict[str, object]) -> list[str]:
    data = page["data"]
    assert isinstance(data, list)
    return [entry["id"] for entry in data]


def test_models_are_found_by_id_and_alias() -> None:
    dated = find_model("claude-haiku-4-5-20251001")
    assert dated is not None
    assert find_model("claude-haiku-4-5") is dated
    assert dated.line == "haiku"
    assert find_model("") is None
    assert find_model("claude-foo") is None


def test_pages_follow_each_other_in_both_directions() -> None:
    everything = [model.id for model in CATALOG]
    first = models_page(5, None, None)
    assert (ids(first), first["has_more"], first["last_id"]) == (everything[:5], True, everything[4])
    second = models_page(5, everything[4], None)
    assert ids(second) == everything[5:10]
    last = models_page(1000, everything[4], None)
    assert (ids(last), last["has_more"]) == (everything[5:], False)
    before = models_page(3, None, everything[5])
    assert (ids(before), before["has_more"]) == (everything[2:5], True)
    assert models_page(10, None, everything[5])["has_more"] is False
    assert models_page(5, everything[-1], None)["first_id"] is None

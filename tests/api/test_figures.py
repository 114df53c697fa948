from __future__ import annotations

from claudeflare.analytics.segments import ACCOUNT, ERROR, Segment
from claudeflare.api.account_names import AccountNames
from claudeflare.api.breakdowns import breakdowns
from claudeflare.api.figures import figures
from claudeflare.storage.rollup_cells import SUMS
from claudeflare.storage.rollup_totals import Totals, no_totals


def totals(**sums: int) -> Totals:
    return Totals([sums.get(name, 0) for name in SUMS], [])


def test_what_is_unknown_is_null() -> None:
    shown = figures(no_totals(), 60)
    unknown = {name for name, value in shown.items() if value is None}
    assert unknown == {
        *("success_rate", "cost_usd", "cache_hit_rate", "cache_saved_usd", "tokens_per_second"),
        *("average_duration", "average_overhead", "duration", "ttft", "overhead", "queued"),
    }
    assert shown["requests_per_second"] == 0.0


def test_a_cost_of_nothing_is_known() -> None:
    assert figures(totals(requests=1, priced=1))["cost_usd"] == 0.0
    assert figures(totals(requests=1, unpriced=1))["cost_usd"] is None
    assert figures(totals(requests=1, priced=1, saved_nanos=-1_500_000_000))["cache_saved_usd"] == -1.5


def test_names_of_accounts() -> None:
    names = AccountNames({"1": "work", "2": None, "3": "Work"}, {"work": ["1"]})
    assert names.ids(["WORK", "3", "nobody"]) == ["1", "3"]
    parts = {
        Segment(ACCOUNT, True, account_id="2"): totals(requests=2),
        Segment(ACCOUNT, False, account_id="2"): totals(requests=1),
        Segment(ACCOUNT, True, account_id=""): totals(requests=9),
        Segment(ERROR, True, error_type=""): totals(requests=9),
    }
    found = breakdowns(parts, names)
    assert [(each["account"], each["account_id"], each["requests"]) for each in found["by_account"]] == [
        (None, None, 9),
        (None, "2", 3),
    ]
    assert found["by_error"] == []

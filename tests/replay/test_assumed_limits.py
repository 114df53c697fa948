"""The limits accounts are taken to have, and that it is said."""

from __future__ import annotations

from claudeflare.balancing.account import Account
from claudeflare.balancing.gauges import LimitGauge
from claudeflare.replay.assumed_limits import modelled_accounts
from claudeflare.replay.modelled_account import NO_LIMITS
from claudeflare.simulator.accounts import TIER_LIMITS, TOP_MODEL_LIMITS

WORK, SPARE = Account(id="1", name="work", tier=5), Account(id="2", name="spare")


def gauge(name: str, limit: int) -> LimitGauge:
    return LimitGauge(kind="bucket", name=name, model_class="opus", limit=limit, remaining=1)


def test_what_answers_told_holds_for_the_whole_organization() -> None:
    gauges = {"1": [gauge("requests", 50), gauge("input tokens", 30_000), gauge("tokens", 7)]}
    found, said = modelled_accounts([WORK, SPARE], {"1": "acme", "2": "acme"}, gauges)
    for each in found:
        assert each.organization == "acme"
        limits = each.limits_of("opus")
        assert (limits.requests, limits.input_tokens, limits.output_tokens) == (50, 30_000, NO_LIMITS.output_tokens)
    assert said == [
        "work: limits for opus as its answers said; for other models those of tier build.",
        "spare: limits for opus as its answers said; for other models those of tier start.",
    ]


def test_where_nothing_was_told_the_published_limits_are_assumed() -> None:
    found, said = modelled_accounts([WORK, SPARE], {"1": None}, {})
    assert [each.organization for each in found] == ["of work", "of spare"]
    assert found[0].limits_of("opus") == TIER_LIMITS["build"]
    assert found[1].limits_of("fable") == TOP_MODEL_LIMITS["start"]
    assert said[1] == "spare: no answer has told its limits, so those published for tier start are assumed."


def test_windows_are_left_out_and_it_is_said() -> None:
    window = LimitGauge(kind="window", name="5h", used=0.5)
    _, said = modelled_accounts([SPARE], {}, {"2": [window]})
    assert "spare: the size of usage windows is not published, so they are left out." in said

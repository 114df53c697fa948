from __future__ import annotations

from claudeflare.quotas import refused
from claudeflare.quotas.client_key import Budget, ClientKey
from claudeflare.quotas.purse import Purse

DAY = Budget("day", 20.0)
KEY = ClientKey(id="1", name="ci", digest=b"", models=("claude-haiku-*",), requests_per_minute=60, budgets=(DAY,))
NOW = 1_786_000_000.0  # 2026-08-06 07:06:40 UTC


def test_a_spent_budget_has_the_shape_of_anthropics_gateway() -> None:
    told = refused.budget_spent(KEY, Purse(DAY, "UTC", NOW), NOW)
    assert told.message.startswith("spend limit reached (daily; resets 2026-08-07 00:00 UTC). ")
    assert "claudeflare keys limit ci --per-day USD" in told.message
    assert (told.status, told.error_type, told.retry_after, told.final) == (429, "billing_error", 60_800, True)


def test_what_passes_by_itself_may_be_tried_again() -> None:
    purse = Purse(DAY, "UTC", NOW)
    for told in (
        refused.budget_held(KEY, purse),
        refused.budget_unknown(KEY),
        refused.rate_refused(KEY, "requests", 0.2),
        refused.concurrency_refused(KEY),
    ):
        assert told.status == 429
        assert told.retry_after
        assert not told.final
    assert refused.budget_unknown(KEY).message.startswith("spend limit unavailable")
    assert refused.rate_refused(KEY, "requests", 0.2).retry_after == 1


def test_what_only_the_owner_can_change_says_how() -> None:
    for told, option in (
        (refused.model_refused(KEY, "claude-opus-5"), "--model"),
        (refused.model_refused(KEY, None), "--model"),
        (refused.account_refused(KEY), "--account"),
        (refused.unpriced(KEY, "a model"), "--allow-unpriced"),
    ):
        assert (told.status, told.error_type, told.retry_after) == (403, "permission_error", None)
        assert f"claudeflare keys limit ci {option}" in told.message

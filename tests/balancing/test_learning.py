"""What changes from elsewhere do to an account's state."""

from __future__ import annotations

import pytest

from claudeflare.balancing.account import AccountState, Bench
from claudeflare.balancing.change import AttentionNeeded, BenchCleared, Benched, OrganizationLearned
from claudeflare.balancing.learning import AccountChange, apply_change

NOW = 1_000.0
LIMITED = Bench(1_060.0, "limited", since=NOW)


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        (AccountState(), Benched("a1", "opus", 1_060.0, "limited"), AccountState(benches={"opus": LIMITED})),
        (AccountState(), Benched("a1", "opus", NOW, "over already"), AccountState()),
        (
            AccountState(),
            Benched("a1", "", 1_010.0, "overloaded", guess=True),
            AccountState(benches={"": Bench(1_010.0, "overloaded", True, NOW)}),
        ),
        (
            AccountState(benches={"": LIMITED}),
            Benched("a1", "", 1_010.0, "overloaded", guess=True),
            AccountState(benches={"": LIMITED}),
        ),
        (
            AccountState(benches={"": LIMITED, "opus": LIMITED}, consecutive_failures=3),
            BenchCleared("a1", "opus"),
            AccountState(benches={"": LIMITED}, consecutive_failures=3),
        ),
        (
            AccountState(
                benches={"": LIMITED, "opus": LIMITED}, ejected_until=2_000.0, ejections=2, windowless_limits=3
            ),
            BenchCleared("a1", ""),
            AccountState(benches={"opus": LIMITED}),
        ),
        (AccountState(), BenchCleared("a1", "opus"), AccountState()),
        (AccountState(), AttentionNeeded("a1", "on hold"), AccountState(attention="on hold")),
        (AccountState(attention="on hold"), AttentionNeeded("a1", ""), AccountState(trusted_since=NOW)),
        (AccountState(), OrganizationLearned("a1", "org"), AccountState(organization_id="org")),
    ],
)
def test_change(before: AccountState, change: AccountChange, after: AccountState) -> None:
    apply_change(before, change, NOW)
    assert before == after

"""A lease shows itself without the state it carries."""

from __future__ import annotations

from claudeflare.balancing.account import Account, AccountState
from claudeflare.balancing.lease import Lease


def test_repr() -> None:
    lease = Lease(Account(id="a1", name="work"), 1.0, "opus", False, AccountState())
    assert repr(lease) == "<Lease on work, open>"
    lease.settled = True
    assert repr(lease) == "<Lease on work, settled>"

"""Renewals are tested through `TokenRefresher`, in test_refresh; here is what only they know."""

from __future__ import annotations

from pathlib import Path

import pytest

from claudeflare.credentials.kinds import ApiKey
from claudeflare.credentials.refresh_decision import Wish
from claudeflare.credentials.renewal import Renewal
from claudeflare.credentials.token_endpoint import TokenEndpoint
from claudeflare.settings import Settings
from credentials.test_refresh import World, world  # noqa: F401 a fixture


def renewal(world: World) -> Renewal:  # noqa: F811
    return Renewal(world.credentials, TokenEndpoint(Settings()), world.rotations, lambda: world.now)


def test_keys_are_not_renewed(world: World) -> None:  # noqa: F811
    account_id = world.add(ApiKey("k"), "api-key")
    opened = world.credentials.opened(account_id)
    with pytest.raises(AssertionError, match="neither is renewable"):
        renewal(world).renew(opened)
    this = renewal(world)
    this.recover(opened)
    this.note_refusal(opened, "no")
    this.forget_refusal(opened)
    assert world.credentials.opened(account_id) == opened
    assert repr(this) == "<Renewal 0 not in place>"


def test_new_tokens_are_on_the_disk_before_they_are_used(world: World, tmp_path: Path) -> None:  # noqa: F811
    account_id = world.add(world.secret(expires_at=world.now))
    world.refresher.credential(account_id, Wish.EXPIRED)
    kept = world.rotations.get(account_id)
    assert kept is not None
    assert (kept.spent, kept.tokens.refresh_token) == ("refresh-0", "refresh-1")
    renewal(world).forget_removed(set())
    assert world.rotations.get(account_id) is None

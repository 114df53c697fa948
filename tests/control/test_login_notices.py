from __future__ import annotations

from pathlib import Path

from claudeflare.balancing.change import AttentionNeeded, Change
from claudeflare.control.login_notices import LoginNotices
from claudeflare.home import Home
from claudeflare.storage.accounts import AccountStore, NewAccount
from claudeflare.storage.happenings import Happening
from claudeflare.storage.state import StateStore
from harness.data_directory import opened


class Gateways:
    def __init__(self) -> None:
        self.changed = 0
        self.told: list[Change] = []

    def configuration_changed(self) -> None:
        self.changed += 1

    def changes_made(self, changes: list[Change]) -> None:
        self.told += changes


def test_what_is_made_known(tmp_path: Path) -> None:
    with opened(Home(tmp_path)) as database:
        accounts, state, gateways = AccountStore(database), StateStore(database), Gateways()
        account_id = accounts.add(NewAccount(name="it's mine", mode="max"), now=1.0).account.id
        happened: list[Happening] = []
        notices = LoginNotices(accounts, state, gateways, happened.append, lambda: 5.0)  # type: ignore[arg-type]
        notices.login_needed(account_id, "The endpoint refused.")
        reason = "needs login: claudeflare login 'it'\"'\"'s mine' (The endpoint refused)"
        assert gateways.told == [AttentionNeeded(account_id, reason)] == state.load(6.0)
        assert gateways.changed == 0
        notices.login_needed("removed", "x")
        notices.renewed(account_id, lifted=False)
        assert (len(gateways.told), gateways.changed) == (1, 1)
        assert happened == [Happening(at=5.0, kind="refreshed", account_id=account_id)]
        notices.renewed(account_id, lifted=True)
        assert gateways.told[1:] == [AttentionNeeded(account_id, "")]
        assert state.load(6.0) == []

"""What control has told of the accounts: which there are, what opens them, where their requests go."""

from __future__ import annotations

from claudeflare.balancing.account import Account
from claudeflare.balancing.change import AttentionNeeded, Change
from claudeflare.gateway.messages import Snapshot
from claudeflare.gateway.origin import Upstream, parse_upstream
from claudeflare.providers.provider import Credential

LOCKED = "its stored credential cannot be decrypted or read; add its key file or its credential anew"


class AccountDirectory:
    """The latest snapshot, ready to be asked for every request. Holds plain secrets: memory only, no `repr`."""

    def __init__(self, upstream_url: str, *, callers_only: bool = False) -> None:
        """`upstream_url`: where the requests of accounts go that have no base URL of their own.

        With `callers_only`, callers use their own credentials whatever accounts there are.
        """
        self._callers_only = callers_only
        self.snapshot: Snapshot | None = None
        """None until control has spoken."""
        self.passes_through = False
        """No account is configured, or none is to be used: the caller's own credential is."""
        self._upstream = parse_upstream(upstream_url)
        self._upstream_of: dict[str, Upstream] = {}
        self._locked: set[str] = set()
        """Accounts whose credential control could not give."""

    def take(self, snapshot: Snapshot) -> list[Change]:
        """Know this from now on. Gives the marks for accounts without a credential, and for those that have one again.

        Such an account must be out, not sent without a credential or with the caller's.
        """
        self._upstream_of = {
            account.id: parse_upstream(account.base_url) if account.base_url else self._upstream
            for account in snapshot.accounts
        }
        self.snapshot = snapshot
        self.passes_through = self._callers_only or not snapshot.accounts
        locked = {account.id for account in snapshot.accounts} - snapshot.credentials.keys()
        unlocked = self._locked - locked
        self._locked = locked
        return [*(AttentionNeeded(one, LOCKED) for one in locked), *(AttentionNeeded(one, "") for one in unlocked)]

    @property
    def strategy(self) -> str | None:
        """Name of the policy in force."""
        return None if self.snapshot is None else self.snapshot.strategy

    def credential(self, account_id: str) -> Credential | None:
        """What opens an account."""
        return None if self.snapshot is None else self.snapshot.credentials.get(account_id)

    def renewed(self, account_id: str, credential: Credential) -> None:
        """Control has a newer one; the snapshot that says so too is on its way."""
        if self.snapshot is not None and account_id in self.snapshot.credentials:
            self.snapshot.credentials[account_id] = credential

    def upstream_of(self, account: Account | None) -> Upstream:
        """Where an account's requests go."""
        return self._upstream if account is None else self._upstream_of.get(account.id, self._upstream)

    def __repr__(self) -> str:
        return f"<AccountDirectory {len(self._upstream_of)} accounts, {len(self._locked)} locked>"

"""The owner's client keys: made, changed and revoked here; those of a file beside them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Final

from claudeflare.errors import Conflict, InvalidInput, SettingsError
from claudeflare.quotas.client_key import Budget, ClientKey, digest_of, secret_from
from claudeflare.quotas.periods import bounds
from claudeflare.storage import account_rules
from claudeflare.storage.client_key_spend import ClientKeySpend
from claudeflare.storage.client_keys import ClientKeyStore, StoredClientKey

RANDOM_BYTES: Final = 32
ENDING: Final = 4
"""Characters of a key that are kept, for its owner to recognize it by."""


class ClientKeyService:
    """What the API and gateways know of client keys. Raises as `ClientKeyStore` does."""

    def __init__(
        self, store: ClientKeyStore, spend: ClientKeySpend, in_file: list[ClientKey], clock: Callable[[], float]
    ) -> None:
        """`in_file`: from `client_key_file`. Raises `SettingsError` when one has the name of a key that was made."""
        self._store = store
        self._spend = spend
        self._in_file = in_file
        self._clock = clock
        made = {account_rules.name_key(key.name): key.name for key in (store.holding() if in_file else ())}
        for key in in_file:
            if account_rules.name_key(key.name) in made:
                raise SettingsError(
                    f"The file of client keys has one named {key.name!r}, and so has the database. "
                    "Rename it in the file, or start without the file and revoke the other: "
                    f"claudeflare keys revoke {key.name}"
                )

    @property
    def in_file(self) -> list[StoredClientKey]:
        """The keys of the file, as keys are listed; when they were made is not known."""
        return [StoredClientKey(key=key, ending="", created=0.0) for key in self._in_file]

    def holding(self) -> list[ClientKey]:
        """Every key that opens something, or did until it expired."""
        return [*self._store.holding(), *self._in_file]

    def page(self, after: str | None, limit: int, *, revoked: bool) -> tuple[list[StoredClientKey], str | None]:
        """See `ClientKeyStore.page`. Keys of the file come behind the last."""
        page, following = self._store.page(after, limit, revoked=revoked)
        return (page, following) if following is not None else ([*page, *self.in_file], None)

    def get(self, id_or_name: str) -> StoredClientKey:
        """One key."""
        return self._of_file(id_or_name) or self._store.get(id_or_name)

    def add(self, wanted: ClientKey) -> tuple[StoredClientKey, str]:
        """Make a key with the limits of `wanted`. The secret is in nobody's memory but the caller's after this."""
        if self._of_file(wanted.name) is not None:
            raise Conflict(f"The file of client keys has one named {wanted.name!r}. Choose another name.")
        secret = secret_from(secrets.token_bytes(RANDOM_BYTES))
        made = ClientKey(
            **{name: getattr(wanted, name) for name in ClientKey.__struct_fields__ if name != "digest"},
            digest=digest_of(secret.encode()),
        )
        return self._store.add(made, secret[-ENDING:], self._clock()), secret

    def change(self, id_or_name: str, **changes: Any) -> StoredClientKey:
        """Change limits or `expires_at`; what is not named stays."""
        self._refuse_file(id_or_name)
        return self._store.change(id_or_name, **changes)

    def revoke(self, id_or_name: str) -> StoredClientKey:
        """Let it open nothing any more."""
        self._refuse_file(id_or_name)
        return self._store.revoke(id_or_name, self._clock())

    def spent(self, key: ClientKey, budget: Budget) -> tuple[float, float]:
        """USD on record in the budget's present period, and when that ends."""
        start, end = bounds(budget.period, key.zone, self._clock())
        return self._spend.total(key.name, start), end

    def last_used(self, names: list[str]) -> dict[str, float]:
        """See `ClientKeySpend.last_used`."""
        return self._spend.last_used(names)

    def _of_file(self, id_or_name: str) -> StoredClientKey | None:
        wanted = account_rules.name_key(id_or_name)
        matches = (
            one for one in self.in_file if id_or_name == one.key.id or account_rules.name_key(one.key.name) == wanted
        )
        return next(matches, None)

    def _refuse_file(self, id_or_name: str) -> None:
        if self._of_file(id_or_name) is not None:
            raise InvalidInput(
                f"The client key {id_or_name!r} comes from the file of client keys (CLAUDEFLARE_CLIENT_KEY_FILE). "
                "Change the file and restart the server."
            )

    def __repr__(self) -> str:
        return f"<ClientKeyService, {len(self._in_file)} in a file>"

"""Which session a request belongs to, and which account that session is bound to."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from claudeflare.balancing.change import SessionBound

DEFAULT_SESSION_SECONDS: Final = 18_000.0
"""Five hours: the length of the API's shortest subscription window, and longer than any prompt cache lives."""
BINDING_LIMIT: Final = 100_000
"""Sessions remembered; beyond it the one unused longest is forgotten, and merely loses its prompt cache."""
LONGEST_SESSION_NAME: Final = 256
"""A session's name comes from the client: longer ones are hashed, so that bindings have a bounded size."""
PERSISTED_STEP: Final = 0.05
"""Share of the session's length by which a written expiry may lag behind the true one."""


def session_key(client_key: str | None, session: str | None) -> str:
    """The key a request's session is bound under: always scoped by client key, never by model.

    Requests of one client key that name no session share one key. The client key is escaped, so that no choice of
    session name reaches another client key's bindings.
    """
    owner = "" if client_key is None else client_key.replace("%", "%25").replace("/", "%2F")
    if session is None:
        return f"key:{owner}"
    if len(session) > LONGEST_SESSION_NAME:
        session = "sha256:" + hashlib.sha256(session.encode("utf-8", "surrogatepass")).hexdigest()
    return f"key:{owner}/{session}"


class Binding:
    """A session's account. Times are UTC epoch seconds."""

    __slots__ = ("account_id", "expires_at", "persisted_until")

    def __init__(self, account_id: str, expires_at: float, persisted_until: float) -> None:
        self.account_id = account_id
        self.expires_at = expires_at
        self.persisted_until = persisted_until
        """The expiry that was last written down."""


class SessionBindings:
    """Session -> account, each expiring `session_seconds` after its last use.

    The expiry slides with every request but is written down coarsely: `bind` returns a change only for a new or moved
    session, or once the written expiry lags by more than 5 % of the session's length. After a restart a session may
    therefore end up to 5 % early; in return the journal does not get a frame for every request.
    """

    def __init__(self, session_seconds: float = DEFAULT_SESSION_SECONDS, limit: int = BINDING_LIMIT) -> None:
        self.session_seconds = session_seconds
        self._limit = limit
        self._bindings: OrderedDict[str, Binding] = OrderedDict()
        """Least recently used first."""

    def lookup(self, session: str, now: float) -> str | None:
        """The id of the account this session is bound to, or None."""
        binding = self._bindings.get(session)
        return None if binding is None or binding.expires_at <= now else binding.account_id

    def used_since(self, session: str, moment: float) -> bool:
        """Whether a request of this session was placed since then."""
        binding = self._bindings.get(session)
        return binding is not None and binding.expires_at - self.session_seconds >= moment

    def bind(self, session: str, account_id: str, now: float) -> SessionBound | None:
        """Bind, move or touch a session; the change to write down, if there is one."""
        expires_at = now + self.session_seconds
        binding = self._bindings.get(session)
        if binding is not None and binding.account_id == account_id:
            binding.expires_at = expires_at
            self._bindings.move_to_end(session)
            if expires_at - binding.persisted_until <= PERSISTED_STEP * self.session_seconds:
                return None
            binding.persisted_until = expires_at
        else:
            self._drop_oldest_if_expired(now)
            self._put(session, account_id, expires_at)
        return SessionBound(session, account_id, expires_at)

    def load(self, changes: Iterable[SessionBound]) -> None:
        """Take over what was written down before, or by another process; the later one of a session wins."""
        for change in changes:
            binding = self._bindings.get(change.session)
            if binding is not None and binding.account_id == change.account_id:
                binding.persisted_until = max(binding.persisted_until, change.expires_at)
                binding.expires_at = max(binding.expires_at, change.expires_at)
            else:
                self._put(change.session, change.account_id, change.expires_at)

    def _put(self, session: str, account_id: str, expires_at: float) -> None:
        self._bindings[session] = Binding(account_id, expires_at, expires_at)
        self._bindings.move_to_end(session)
        if len(self._bindings) > self._limit:
            self._bindings.popitem(last=False)

    def _drop_oldest_if_expired(self, now: float) -> None:
        """Two per new session, so that expired ones go without a sweep and faster than new ones come."""
        for _ in range(2):
            oldest = next(iter(self._bindings.items()), None)
            if oldest is None or oldest[1].expires_at > now:
                return
            del self._bindings[oldest[0]]

    def __len__(self) -> int:
        return len(self._bindings)

    def __repr__(self) -> str:
        return f"<SessionBindings {len(self._bindings)} of at most {self._limit}>"

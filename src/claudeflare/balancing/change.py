"""What a settled attempt or a new binding changes for good: the pool returns it, its caller journals and sends it."""

from __future__ import annotations

import msgspec


class SessionBound(msgspec.Struct, frozen=True, tag=True):
    """A session now belongs to an account (a later one for the same session replaces it)."""

    session: str
    account_id: str
    expires_at: float


class Benched(msgspec.Struct, frozen=True, tag=True):
    """An account, or one model class of it, is out until a stated time."""

    account_id: str
    model_class: str
    until: float
    reason: str
    guess: bool = False
    """Our own caution, not the API's word: such an account is used after all when nobody else is left."""


class BenchCleared(msgspec.Struct, frozen=True, tag=True):
    """A bench was lifted before its time: fresh headers showed capacity, or the owner cleared it."""

    account_id: str
    model_class: str


class AttentionNeeded(msgspec.Struct, frozen=True, tag=True):
    """A person has to look; the account is not used until they do. An empty reason lifts it."""

    account_id: str
    reason: str


class OrganizationLearned(msgspec.Struct, frozen=True, tag=True):
    """The API named the organization this account belongs to; limits are shared within it."""

    account_id: str
    organization_id: str


class Pinned(msgspec.Struct, frozen=True, tag=True):
    """A thing of the API's (a batch, a file, a container, …) is known to be in one account (a later one moves it)."""

    id: str
    """As the API calls it, e.g. `file_011C…`."""
    account_id: str
    account: str = ""
    """The account's name at the time, to be able to name it once it is removed."""
    expires_at: float | None = None
    """UTC epoch seconds from which it need not be remembered; None: until it is deleted."""


class Unpinned(msgspec.Struct, frozen=True, tag=True):
    """A thing was deleted."""

    id: str
    account_id: str


PinChange = Pinned | Unpinned
Change = SessionBound | Benched | BenchCleared | AttentionNeeded | OrganizationLearned | Pinned | Unpinned

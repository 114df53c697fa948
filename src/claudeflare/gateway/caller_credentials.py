"""The caller's own credential as the first choice, accounts as what follows. None of this runs unless it is set."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from claudeflare.balancing.caller_benches import CallerBenches
from claudeflare.balancing.outcome import Outcome

if TYPE_CHECKING:
    from claudeflare.balancing.lease import PickRequest
    from claudeflare.http1.request_parser import RequestHead

_FIELDS: Final = (b"x-api-key", b"authorization")


class CallerCredentials:
    """Decides whether a request is tried with what its caller brought. Keeps digests, never credentials."""

    def __init__(self) -> None:
        self._benches = CallerBenches()

    def choose(self, head: RequestHead, pick: PickRequest, now: float) -> bytes | None:
        """The digest of the credential to try first; None: there is none, it is limited, or the account is settled.

        `head` is without client keys of ours. `now` is UTC epoch seconds.
        """
        if pick.account is not None or pick.bound is not None or pick.thread is not None:
            return None
        digest = digest_of(head)
        if digest is None or not self._benches.is_free(digest, pick.model_class, now):
            return None
        return digest

    def settle(self, digest: bytes, outcome: Outcome, now: float) -> None:
        """Take note of how the attempt ended."""
        self._benches.settle(digest, outcome, now)

    def __repr__(self) -> str:
        return f"<CallerCredentials {len(self._benches)} benched>"


def digest_of(head: RequestHead) -> bytes | None:
    """What tells one caller's credential from another's without being one; None when the head has none."""
    found = hashlib.sha256()
    any_found = False
    for name, value in head.fields:
        if (lower := name.lower()) in _FIELDS and (stripped := value.strip()):
            any_found = True
            found.update(b"%b\0%d\0%b" % (lower, len(stripped), stripped))
    return found.digest() if any_found else None

"""Secrets of this very server that a caller has put where its own credential belongs: they never go upstream."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from claudeflare.gateway.refusal import Refusal
from claudeflare.http1.heads import RequestHead
from claudeflare.quotas.client_key import PREFIX, digest_of

CREDENTIALS: Final = (b"x-api-key", b"authorization")
"""Fields in which callers send a credential."""

CONTROL_TOKEN: Final = Refusal(
    401,
    "authentication_error",
    "The credential of this request is this server's control token, which is for its own API; it was not passed on. "
    "Send a credential of the upstream, or a client key in its place: claudeflare keys add NAME.",
)
FOREIGN_KEY: Final = Refusal(
    401,
    "authentication_error",
    "This server would have passed on the credential of this request, but it is a client key: one that was revoked, "
    "one of another server, or a second one. Send a credential of the upstream, or one valid client key: "
    "claudeflare keys add NAME.",
)

_PREFIX: Final = PREFIX.encode()
_LENGTHS: Final = tuple(len(name) for name in CREDENTIALS)


def is_credential(name: bytes) -> bool:
    """Whether a field of this name, in whatever case, holds a caller's credential."""
    # Asked for each field of a head: the length alone says no to nearly all.
    return len(name) in _LENGTHS and name.lower() in CREDENTIALS


def misplaced(head: RequestHead, control_token: bytes, client_keys: Container[bytes]) -> Refusal | None:
    """Why a request whose caller's own credential would go upstream is refused instead, or None.

    `head` is without the client key that let it in. `control_token` and `client_keys` are digests
    (`client_key.digest_of`). A secret is told with or without a scheme before it, right or wrong.
    """
    for name, value in head.fields:
        if not is_credential(name):
            continue
        for word in value.split():
            digest = digest_of(word)
            if digest == control_token:
                return CONTROL_TOKEN
            if word.startswith(_PREFIX) or digest in client_keys:
                return FOREIGN_KEY
    return None

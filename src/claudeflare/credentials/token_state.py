"""How an account's credential stands: what it is now, until when it holds, whether it can be renewed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final, assert_never

import msgspec

from claudeflare.credentials.kinds import ApiKey, OAuthTokens, Profile, StaticToken, StoredSecret, Wif
from claudeflare.credentials.lifetime import usable_until
from claudeflare.credentials.profile_files import ProfileFiles, ProfileTokens
from claudeflare.errors import SecretError
from claudeflare.providers.provider import Credential

ASSERTION_LIMIT: Final = 65_536
"""Characters of a JWT."""


class TokenState(msgspec.Struct, frozen=True, kw_only=True):
    """One account's credential and its prospects."""

    credential: Credential
    """What a gateway is given."""
    expires_at: float | None = None
    """UTC epoch seconds; None: not known, or never."""
    lifetime: float = 0.0
    """Seconds from when it came to `expires_at`; 0: not known."""
    renewable: bool = False
    """Whether it is ours to renew."""
    refused: str = ""
    """Why it cannot be renewed any more; then the owner has to sign in again."""

    @property
    def bearer(self) -> bool:
        """A token, not a key."""
        return self.credential.kind == "bearer"


def token_state(secret: StoredSecret, generation: int) -> TokenState:
    """Of what is stored. Raises `SecretError` when it lies in files that cannot be used."""
    match secret:
        case ApiKey():
            return TokenState(credential=Credential("api-key", secret.key, generation))
        case StaticToken():
            return TokenState(credential=Credential("bearer", secret.token, generation))
        case OAuthTokens():
            return _expiring(secret, generation, secret.refused)
        case Wif():
            tried = secret.refused and secret.refused_version == assertion_version(secret)
            return _expiring(secret, generation, secret.refused if tried else "")
        case Profile():
            return _profile(secret, ProfileFiles(secret).read())
        case _:
            assert_never(secret)


def read_assertion(wif: Wif) -> str:
    """The JWT in its file. Raises `SecretError` when there is none."""
    path = Path(wif.assertion_file)
    try:
        with path.open(encoding="ascii") as file:
            assertion = file.read(ASSERTION_LIMIT).strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SecretError(f"{path}, which holds the identity token, cannot be read ({reason}).") from None
    if not assertion:
        raise SecretError(f"{path}, which should hold the identity token, is empty.")
    return assertion


def assertion_version(wif: Wif) -> int:
    """Another number when the file holds another token; 0 when it holds none."""
    try:
        assertion = read_assertion(wif)
    except SecretError:
        return 0
    return int.from_bytes(hashlib.sha256(assertion.encode()).digest()[:6], "big")


def _expiring(secret: OAuthTokens | Wif, generation: int, refused: str) -> TokenState:
    until = usable_until(secret.expires_at, secret.lifetime)
    return TokenState(
        credential=Credential("bearer", secret.access_token, generation, until),
        expires_at=secret.expires_at,
        lifetime=secret.lifetime,
        renewable=True,
        refused=refused,
    )


def _profile(profile: Profile, tokens: ProfileTokens) -> TokenState:
    expires_at = tokens.expires_at
    until = None if expires_at is None else usable_until(expires_at, 0.0)
    return TokenState(
        credential=Credential("bearer", tokens.access_token, tokens.version, until),
        expires_at=expires_at,
        renewable=tokens.renewable,
        refused=profile.refused if profile.refused_version == tokens.version else "",
    )

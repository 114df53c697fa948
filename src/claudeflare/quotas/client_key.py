"""A client key as its owner configured it: who it is, how it is recognized, what it may do."""

from __future__ import annotations

import hashlib
import re
import zlib
from fnmatch import fnmatchcase
from typing import Final, Literal, get_args

import msgspec

Period = Literal["day", "week", "month"]
"""What a budget is for; a week begins on Monday (ISO 8601)."""
PERIODS: Final[tuple[Period, ...]] = get_args(Period)

PREFIX: Final = "cfk_"
"""What every key of ours begins with: scanners for leaked secrets look for such words."""
RANDOM_LENGTH: Final = 36
CHECK_LENGTH: Final = 6
_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FORM: Final = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{RANDOM_LENGTH}}})([0-9A-Za-z]{{{CHECK_LENGTH}}})")


class Budget(msgspec.Struct, frozen=True):
    """What may be spent in each period."""

    period: Period
    usd: float


class ClientKey(msgspec.Struct, frozen=True, kw_only=True):
    """Configuration. The key itself is nowhere: only its digest."""

    id: str
    name: str
    """Records, sessions and sums of money go by this; of keys that hold, no two have the same."""
    digest: bytes
    """Of the secret; see `digest_of`."""
    expires_at: float | None = None
    models: tuple[str, ...] = ()
    """Patterns such as `claude-haiku-*`; empty: every model."""
    accounts: tuple[str, ...] = ()
    """Ids of the accounts that may serve it; empty: all."""
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    """Of input that was not read from a cache, and of output."""
    concurrency: int | None = None
    budgets: tuple[Budget, ...] = ()
    zone: str = "UTC"
    """IANA name of the time zone whose midnights begin and end the budgets' periods."""
    allow_unpriced: bool = False
    """Whether a key with a budget may ask for what has no known price."""
    shadow: bool = False
    """Limits are counted and told of, and refuse nothing."""

    def allows_model(self, model: str) -> bool:
        """Whether requests may name this model."""
        return not self.models or any(fnmatchcase(model, pattern) for pattern in self.models)

    def expired(self, now: float) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and now >= self.expires_at


def digest_of(secret: bytes) -> bytes:
    """What is stored of a key. Keys are too random to be guessed, so neither salt nor a slow hash is needed.

    Looking the digest up in a dictionary tells an attacker who measures time nothing about any key.
    """
    return hashlib.sha256(secret).digest()


def secret_from(random: bytes) -> str:
    """A key made of at least 27 random bytes, ending in a checksum that tells a slip of the hand from a revoked key."""
    body = _letters(int.from_bytes(random), RANDOM_LENGTH)
    return PREFIX + body + _letters(zlib.crc32(body.encode()), CHECK_LENGTH)


def well_formed(secret: str) -> bool:
    """Whether this can be a key that `secret_from` made, by its form and checksum."""
    match = _FORM.fullmatch(secret)
    return match is not None and _letters(zlib.crc32(match[1].encode()), CHECK_LENGTH) == match[2]


def _letters(number: int, length: int) -> str:
    found = ""
    for _ in range(length):
        number, digit = divmod(number, len(_LETTERS))
        found += _LETTERS[digit]
    return found

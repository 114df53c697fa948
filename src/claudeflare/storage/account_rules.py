"""What an account's fields may hold. Each function returns the value as stored or raises `InvalidInput`."""

from __future__ import annotations

import unicodedata
import uuid
from typing import get_args
from urllib.parse import urlsplit

from claudeflare.balancing.account import Tier
from claudeflare.errors import InvalidInput

MODES = ("api-key", "console", "max", "token", "profile", "wif")
"""How an account is signed in to."""

TIERS: tuple[int, ...] = get_args(Tier)

NAME_LENGTH = 64
PRIORITY_LIMIT = 1_000_000

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories: control, format (reverses text), surrogate, line and paragraph separators."""
_JOINER = "\u200d"
"""A format character, but part of many emoji."""


def name(value: str) -> str:
    """A name a person can read and type, and that no id can be mistaken for."""
    cleaned = unicodedata.normalize("NFC", value).strip()
    if not 1 <= len(cleaned) <= NAME_LENGTH:
        raise InvalidInput(f"An account's name has 1 to {NAME_LENGTH} characters; this one has {len(cleaned)}.")
    if any(unicodedata.category(character) in _INVISIBLE and character != _JOINER for character in cleaned):
        raise InvalidInput("An account's name cannot hold control characters or line breaks.")
    if _is_uuid(cleaned):
        raise InvalidInput("An account's name cannot look like an id (a UUID). Choose a word.")
    return cleaned


def name_key(value: str) -> str:
    """The form in which two names are compared: equal for names that differ in case or in look-alike forms only."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value.strip()).casefold())


def mode(value: str) -> str:
    """One of `MODES`."""
    if value not in MODES:
        raise InvalidInput(f"There is no mode {value!r}. Use one of: {', '.join(MODES)}.")
    return value


def tier(value: int) -> int:
    """One of `TIERS`."""
    if value not in TIERS:
        raise InvalidInput(f"A tier is 1, 5 or 20, not {value}: 1 = API key, Free or Pro, 5 = Max 5x, 20 = Max 20x.")
    return value


def priority(value: int) -> int:
    """Any number of sensible size; lower ones are used first."""
    if not -PRIORITY_LIMIT <= value <= PRIORITY_LIMIT:
        raise InvalidInput(f"A priority lies between -{PRIORITY_LIMIT} and {PRIORITY_LIMIT}.")
    return value


def reserve(value: float | None) -> float | None:
    """A share of a usage window; 1 uses it to the end, None goes by the server's setting."""
    if value is not None and not 0.0 < value <= 1.0:
        raise InvalidInput(f"A reserve is a share above 0 and up to 1, such as 0.8; it cannot be {value:g}.")
    return value


def base_url(value: str | None) -> str | None:
    """Where the account's requests go, without a final slash; None and empty mean the server's own setting."""
    if value is None or not value.strip():
        return None
    cleaned = value.strip().rstrip("/")
    try:
        parts = urlsplit(cleaned)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not cleaned.isascii() or not cleaned.isprintable() or " " in cleaned:
        raise InvalidInput("A base URL looks like https://api.anthropic.com: http or https, a host, perhaps a path.")
    if "@" in urlsplit(cleaned).netloc or "?" in cleaned or "#" in cleaned:
        raise InvalidInput("A base URL cannot hold a user name, a password, a query or a fragment.")
    return cleaned


def _is_uuid(value: str) -> bool:
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True

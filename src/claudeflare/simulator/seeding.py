"""Everything that looks random, derived from a seed: the same request gets the same answer."""

from __future__ import annotations

import hashlib
import random
import string
import uuid

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SHAPES = {
    "msg": ("msg_01", 22),
    "req": ("req_011C", 20),
    "toolu": ("toolu_01", 22),
    "srvtoolu": ("srvtoolu_01", 22),
    "wrkspc": ("wrkspc_01", 22),
    "msgbatch": ("msgbatch_01", 22),
    "file": ("file_011C", 20),
    "skill": ("skill_01", 22),
    "skillver": ("skillver_01", 22),
    "container": ("container_011C", 20),
}
"""How the API's identifiers look: a fixed beginning and so many base-62 digits."""


def randomness(*parts: object) -> random.Random:
    """A generator that depends on `parts` alone."""
    # Looks, not secrets: predictability is the point.
    return random.Random(_digest(parts))  # noqa: S311


def identifier(kind: str, *parts: object) -> str:
    """An identifier of the API's form for one of these kinds, fixed by `parts`."""
    beginning, length = _SHAPES[kind]
    number = int.from_bytes(_digest((kind, *parts)))
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(BASE62[digit])
    return beginning + "".join(digits)


def organization_uuid(name: str) -> str:
    """The organization's id: `name` itself where it is a UUID, else one fixed by it."""
    try:
        return str(uuid.UUID(name))
    except ValueError:
        return str(uuid.UUID(bytes=_digest(("organization", name))[:16], version=4))


def _digest(parts: tuple[object, ...]) -> bytes:
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).digest()

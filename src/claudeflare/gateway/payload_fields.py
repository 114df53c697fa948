"""Header fields as they may be kept: values of names that are known to be harmless, of all others nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from claudeflare.http1.encoding import Field

REDACTED: Final = "[redacted]"

_HARMLESS: Final = frozenset(
    {
        b"age", b"cache-control", b"cf-cache-status", b"cf-ray", b"connection", b"content-encoding",
        b"content-language", b"content-length", b"content-type", b"date", b"expect", b"host", b"keep-alive",
        b"request-id", b"retry-after", b"retry-after-ms", b"server", b"server-timing", b"te", b"trailer",
        b"transfer-encoding", b"user-agent", b"vary", b"via", b"x-app", b"x-request-id", b"x-robots-tag",
        b"x-should-retry",
    }
)  # fmt: skip
_HARMLESS_PREFIXES: Final = (b"accept", b"anthropic-", b"x-stainless-", b"x-claudeflare-")

_TELLING: Final = re.compile(rb"key|token(?!s)|secret|auth|cookie|credential|passw|jwt")
"""What in a name says that the value must not be kept, however the name begins. `tokens` are counted, not presented."""


KNOWN_NAMES: Final = 1000
"""Names to be remembered. Clients use some dozens; whoever makes up more must not fill the memory."""


class FieldRedaction:
    """Remembers what is done with each name, as the same ones come again and again. For one thread."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[str, bool]] = {}

    def kept(self, fields: Iterable[Field]) -> list[tuple[str, str]]:
        """Names in order, as they were spelled; values of all but harmless ones replaced."""
        known = self._known
        if len(known) > KNOWN_NAMES:
            known.clear()
        result = []
        for name, value in fields:
            found = known.get(name)
            if found is None:
                found = known[name] = (name.decode("latin-1"), _harmless(name.lower()))
            spelled, harmless = found
            result.append((spelled, value.decode("latin-1") if harmless else REDACTED))
        return result


def _harmless(name: bytes) -> bool:
    return name in _HARMLESS or (name.startswith(_HARMLESS_PREFIXES) and not _TELLING.search(name))

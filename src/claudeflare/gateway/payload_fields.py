"""Header fields as they may be kept: values of names that are known to be harmless, of all others nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
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

    def kept(self, fields: Sequence[Field]) -> list[tuple[str, str]]:
        """Names in order, as they were spelled; values of all but harmless ones replaced."""
        known = self._known
        try:
            return [
                (spelled, value.decode("latin-1") if harmless else REDACTED)
                for name, value in fields
                for spelled, harmless in (known[name],)
            ]
        except KeyError:
            self._learn(fields)
            return self.kept(fields)

    def _learn(self, fields: Sequence[Field]) -> None:
        if len(self._known) > KNOWN_NAMES:
            self._known.clear()
        self._known.update((name, (name.decode("latin-1"), _harmless(name.lower()))) for name, _ in fields)


def _harmless(name: bytes) -> bool:
    return name in _HARMLESS or (name.startswith(_HARMLESS_PREFIXES) and not _TELLING.search(name))

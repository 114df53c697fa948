"""What both meters find out about an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from claudeflare.providers.anthropic.decompression import Decompressor
from claudeflare.providers.provider import Holding

USAGE_LIMIT: Final = 65_536
"""Bytes a usage object may have; real ones have a few hundred."""


class AnswerMeter:
    """The findings of `providers.provider.Meter`, nothing found yet."""

    def __init__(self, decompressor: Decompressor | None) -> None:
        self.usage: dict[str, Any] | None = None
        self.usage_estimated = False
        self.model: str | None = None
        self.message_id: str | None = None
        self.stop_reason: str | None = None
        self.error_type: str | None = None
        self.error_message: str | None = None
        self.error_first = False
        self.holdings: Sequence[Holding] = ()
        self._decompressor = decompressor

    def __repr__(self) -> str:
        state = self.error_type or self.stop_reason or "no end seen"
        return f"<{type(self).__name__} {self.model or 'no model seen'}: {state}, usage {self.usage}>"

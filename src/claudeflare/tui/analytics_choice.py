"""What of the analytics is looked at: range, filters, mode. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from claudeflare.client.analytics import Analytics

RANGES: Final = ("1h", "6h", "24h", "7d", "30d", "90d")
DEFAULT_RANGE: Final = "24h"
KINDS: Final = ("accounts", "models", "keys", "status")
"""Of filters, as the API calls them."""
REFRESH_SECONDS: Final = 15
LONG_REFRESH_SECONDS: Final = 300
"""Of ranges in which a quarter of a minute changes nothing that could be seen."""


class Filter(NamedTuple):
    """Something to count alone."""

    kind: str
    value: str
    """As the API takes it."""
    label: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Never changed: another choice is another one of these."""

    range: str = DEFAULT_RANGE
    filters: frozenset[Filter] = field(default_factory=frozenset)
    is_cumulative: bool = False

    def moved(self, step: int) -> Choice:
        """A longer range, or a shorter one where `step` is negative."""
        number = min(max(0, RANGES.index(self.range) + step), len(RANGES) - 1)
        return replace(self, range=RANGES[number])

    def query(self, zone: str) -> dict[str, str]:
        """As `/api/analytics` wants it."""
        asked = {"range": self.range, "tz": zone, "mode": "cumulative" if self.is_cumulative else "normal"}
        for kind in KINDS:
            values = sorted(each.value for each in self.filters if each.kind == kind)
            if values:
                asked[kind] = ",".join(values)
        return asked

    @property
    def words(self) -> str:
        """What is filtered: `work, spare · 429`; empty for everything."""
        named = (", ".join(sorted(each.label for each in self.filters if each.kind == kind)) for kind in KINDS)
        return " · ".join(words for words in named if words)

    @property
    def refresh_seconds(self) -> int:
        """How often it is worth asking again."""
        return LONG_REFRESH_SECONDS if self.range in ("7d", "30d", "90d") else REFRESH_SECONDS


def filters_of(analytics: Analytics) -> list[Filter]:
    """Everything that can be counted alone, of an answer without filters."""
    return [
        *_named("accounts", analytics["byAccount"], "accountId", "account"),
        *_named("models", analytics["byModel"], "model", "model"),
        *_named("keys", analytics["byClientKey"], "clientKey", "clientKey"),
        *(Filter("status", name, name) for name in _statuses(analytics)),
    ]


def _named(kind: str, parts: Iterable[Mapping[str, Any]], value: str, label: str) -> list[Filter]:
    # The API takes names with commas between; what has one in it cannot be asked for.
    known = [each for each in parts if each[value] and "," not in each[value]]
    return [Filter(kind, each[value], each[label] or each[value]) for each in known]


def _statuses(analytics: Analytics) -> list[str]:
    met = {str(each["statusCode"]) for each in analytics["byStatus"] if each["statusCode"] >= 400}
    ended = {each["terminalState"] for each in analytics["byStatus"]} - {"complete", "error"}
    return ["success", "error", *sorted(met), *sorted(ended)]

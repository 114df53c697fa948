"""An account in one line: name, tier, state, a bar for each limit, what runs, what it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.content import Content

from claudeflare.formatting import compact, epoch
from claudeflare.presentation.credential_standing import is_bad
from claudeflare.presentation.limits import Level, level, short_countdown, telling, used
from claudeflare.presentation.standing import MISSING, OK, standing
from claudeflare.tui.styled import content
from claudeflare.tui.widgets.gauge_bar import limit_bars

if TYPE_CHECKING:
    from claudeflare.client.resources import Account

WIDE, NARROW = 110, 60
"""Columns from which whole sentences fit; below which only what matters most."""
_TIER, _NOW, _REQUESTS = 4, 4, 8


@dataclass(frozen=True, slots=True)
class Columns:
    """Widths, in cells; 0: not shown."""

    name: int
    tier: int
    state: int
    limits: int
    now: int
    requests: int

    @property
    def gap(self) -> str:
        """What stands between two of them."""
        return "  " if self.requests else " "


@dataclass(frozen=True, slots=True)
class AccountLines:
    """All lines, laid out together so that columns agree."""

    width: int
    at: float
    """Epoch seconds: now."""
    zone: tzinfo | None

    def columns(self, accounts: Sequence[Account]) -> Columns:
        """As wide as what they hold, within reason; limits get the rest."""
        wide, narrow = self.width >= WIDE, self.width < NARROW
        name = min(max((len(each["name"]) for each in accounts), default=0), 24 if wide else 12)
        state = min(max((self.state(each).cell_length for each in accounts), default=0), 40 if wide else 22)
        fixed = Columns(
            max(name, 4), 0 if narrow else _TIER, max(state, 5), 0, 0 if narrow else _NOW, _REQUESTS if wide else 0
        )
        taken = [fixed.name, fixed.tier, fixed.state, fixed.now, fixed.requests]
        gaps = len(fixed.gap) * sum(1 for each in taken if each)
        return Columns(
            fixed.name, fixed.tier, fixed.state, max(0, self.width - sum(taken) - gaps), fixed.now, fixed.requests
        )

    def header(self, columns: Columns) -> Content:
        """The columns' titles."""
        titles = (
            _fit("Name", columns.name),
            "Tier"[: columns.tier],
            _fit("State", columns.state),
            _fit("Limits", columns.limits),
            "Runs".rjust(columns.now)[: columns.now],
            "Requests".rjust(columns.requests)[: columns.requests],
        )
        return Content.styled(columns.gap.join(each for each in titles if each).rstrip(), "$quiet")

    def line(self, account: Account, columns: Columns) -> Content:
        """One account."""
        state = self.state(account)
        limits = limit_bars(account["gauges"], columns.limits, self.at)
        in_flight = account["inFlight"]
        cells = (
            Content.styled(_fit(account["name"], columns.name), "bold"),
            Content.styled(f"{account['tier']}×".rjust(columns.tier), "$quiet") if columns.tier else Content(),
            state.truncate(columns.state, ellipsis=True).pad_right(max(0, columns.state - state.cell_length)),
            limits.pad_right(max(0, columns.limits - limits.cell_length)),
            Content.styled(str(in_flight).rjust(columns.now), "" if in_flight else "$quiet")
            if columns.now
            else Content(),
            Content(compact(account["requestCount"]).rjust(columns.requests)) if columns.requests else Content(),
        )
        return Content(columns.gap).join(each for each in cells if each.plain)

    def state(self, account: Account) -> Content:
        """`● limited until 18:10 (30 min)`; where there is less room `● limited 30 min`."""
        status, reset = account["rateLimitStatus"], epoch(account["rateLimitReset"])
        if status == OK and not is_bad(account) and self._near(account):
            return Content.assemble(("◆ ", "$warning"), Level.NEAR.value)
        whole = content(standing(account, self.at, self.zone))
        if is_bad(account):
            # The command that mends it stands in the sentence above and in the detail.
            return whole[:2] + Content((account["tokenStatus"] or "").replace(MISSING, "no credential"))
        if self.width >= WIDE or reset is None:
            return whole
        return whole[:2] + Content(f"{status} {short_countdown(reset - self.at)}")

    def _near(self, account: Account) -> bool:
        return any(level(used(gauge, self.at)) is not Level.OK for gauge in telling(account["gauges"]))


def _fit(text: str, width: int) -> str:
    return (text if len(text) <= width else text[: width - 1] + "…").ljust(width) if width else ""

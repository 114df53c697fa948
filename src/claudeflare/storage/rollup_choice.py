"""Which requests figures are asked for, and of what kind the segments are that hold them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, and_, false, func, true

from claudeflare.analytics.segments import ACCOUNT, ACCOUNT_MODEL, ALL, CLIENT_KEY, EVERY, MODEL, STATUS
from claudeflare.errors import InvalidInput
from claudeflare.journal.records import TERMINAL_STATES
from claudeflare.storage.rollup_tables import segments

_SUCCESS = ("success", "error")


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Every field narrows; None: whatever it is."""

    account_ids: Sequence[str] | None = None
    models: Sequence[str] | None = None
    client_keys: Sequence[str] | None = None
    status: str | None = None
    """As in `RequestFilter`."""

    @property
    def kind(self) -> int:
        """Of segments that know all it asks for. Every segment knows of success."""
        named = {ACCOUNT: self.account_ids, MODEL: self.models, CLIENT_KEY: self.client_keys}
        kinds = [kind for kind, values in named.items() if values is not None]
        if self.status is not None and self.status not in _SUCCESS:
            kinds.append(STATUS)
        if kinds == [ACCOUNT, MODEL]:
            return ACCOUNT_MODEL
        if len(kinds) > 1:
            return EVERY
        return kinds[0] if kinds else ALL

    def conditions(self) -> list[ColumnElement[bool]]:
        """On the columns of `segments`. Raises `InvalidInput` for a status nobody can have."""
        return [*self._outcome(), *self._named()]

    def opposite(self) -> list[ColumnElement[bool]]:
        """The same of what is left out, but for success: together with it, it is all that `opened` chooses."""
        # A segment without a status has another one, whatever databases make of NULL.
        return [*self._outcome(), ~func.coalesce(and_(true(), *self._named()), false())]

    def opened(self) -> Choice:
        """Of nothing but success."""
        return Choice(status=self.status if self.status in _SUCCESS else None)

    def _outcome(self) -> list[ColumnElement[bool]]:
        if self.status not in _SUCCESS:
            return []
        return [segments.c.success if self.status == "success" else ~segments.c.success]

    def _named(self) -> list[ColumnElement[bool]]:
        c = segments.c
        found: list[ColumnElement[bool]] = [
            column.in_(values)
            for column, values in (
                (c.account_id, self.account_ids),
                (c.model, self.models),
                (c.client_key, self.client_keys),
            )
            if values is not None
        ]
        return found if self.status is None or self.status in _SUCCESS else [*found, _status(self.status)]


def _status(status: str) -> ColumnElement[bool]:
    c = segments.c
    if status in TERMINAL_STATES:
        return c.terminal_state == status
    if re.fullmatch(r"[1-9][0-9]{2}", status):
        return c.status == int(status)
    if re.fullmatch(r"[1-5]xx", status):
        return c.status.between(int(status[0]) * 100, int(status[0]) * 100 + 99)
    states = ", ".join(state for state in TERMINAL_STATES if state != "error")
    raise InvalidInput(
        f"There is no status {status!r}. Use success, error, {states}, a code like 429, or a class like 5xx."
    )

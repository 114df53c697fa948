"""What is known of each account now: control's own copy of what the gateways' pools have learned."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping

import msgspec

from claudeflare.balancing.account import AccountState
from claudeflare.balancing.change import Change, PinChange, SessionBound
from claudeflare.balancing.learning import apply_change


class AccountStates:
    """Fed with the stored state once and with every change since, as it happens; from any thread.

    States that were handed out stay as they are: a change makes a new one.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives UTC epoch seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._states: dict[str, AccountState] = {}

    def apply(self, changes: Iterable[Change]) -> None:
        """Take over changes, oldest first."""
        now = self._clock()
        with self._lock:
            states = dict(self._states)
            for change in changes:
                if not isinstance(change, SessionBound | PinChange):
                    state = states.get(change.account_id) or AccountState()
                    states[change.account_id] = state = msgspec.structs.replace(state, benches=dict(state.benches))
                    apply_change(state, change, now)
            self._states = states

    def by_account(self) -> Mapping[str, AccountState]:
        """Account id -> state; accounts nothing is known of are missing."""
        return self._states

    def __repr__(self) -> str:
        return f"<AccountStates of {len(self._states)} accounts>"

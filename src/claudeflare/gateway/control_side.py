"""What a gateway has to do with control: whether it is there, what it is told and asked, who waits for it to speak."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from claudeflare.balancing.change import Change
from claudeflare.gateway.credential_questions import CredentialQuestions
from claudeflare.gateway.messages import (
    BudgetClaim,
    ChangesMade,
    CredentialAnswer,
    CredentialQuestion,
    InFlight,
    PinQuestion,
    Snapshot,
)
from claudeflare.gateway.origin import Origin
from claudeflare.gateway.pin_questions import PinQuestions

if TYPE_CHECKING:
    from claudeflare.gateway.api_exchange import ApiExchange
    from claudeflare.gateway.server import GatewayServer

ToControl = Callable[[ChangesMade | InFlight | PinQuestion | BudgetClaim | CredentialQuestion], None]


class ControlSide:
    """One for a gateway, through all the links there are one after the other."""

    def __init__(self, server: GatewayServer, socket: str | None) -> None:
        """`socket`: path of control's private socket."""
        self._server = server
        self._origin = None if socket is None else Origin("localhost", 80, False, socket)
        self._tell: ToControl | None = None
        self._reported: InFlight | None = None
        self.up = False
        """Control holds the other end of our link."""
        self.ready = asyncio.Event()
        """Accounts are known and control has served its socket, at least once since this gateway started."""
        self.pin_questions = PinQuestions()
        self.credential_questions = CredentialQuestions()
        self.awaiting_snapshot: list[ApiExchange] = []
        """Requests that came before control had spoken: each is told of the first snapshot."""

    # -- coming and going ------------------------------------------------------------------------------------------

    def connected(self, tell: ToControl) -> None:
        """Control is there: publish changes through `tell` from now on."""
        self._tell = tell
        self.pin_questions.connected(tell)
        self.credential_questions.connected(tell)
        self._reported = None
        self.up = True

    def serves(self) -> None:
        """Control has sent a snapshot and answers requests."""
        self.ready.set()

    def lost(self) -> None:
        """Control is gone: go on with what is known."""
        self._tell = None
        self.up = False
        self.pin_questions.lost()
        self.credential_questions.lost()

    @property
    def origin(self) -> Origin | None:
        """Its private socket, None while it is down."""
        return self._origin if self.up else None

    # -- what it says ----------------------------------------------------------------------------------------------

    def snapshot_taken(self, snapshot: Snapshot) -> None:
        """The accounts are known: let go of who has waited for that."""
        waiting, self.awaiting_snapshot = self.awaiting_snapshot, []
        for exchange in waiting:
            exchange.snapshot_arrived(snapshot)

    def credential_told(self, answer: CredentialAnswer) -> None:
        """It has answered for a credential: first that is known, then those who wait for it go on."""
        if answer.credential is not None:
            self._server.directory.renewed(answer.account_id, answer.credential)
        self.credential_questions.answered(answer)

    # -- what it is told -------------------------------------------------------------------------------------------

    def tell_changes(self, changes: list[Change]) -> None:
        """The pool has learnt something; the journal tells it as well, so that control may be away."""
        if self._tell is not None:
            self._tell(ChangesMade(changes))

    def report(self) -> None:
        """Tell what goes on here, if that has changed since the last time."""
        if self._tell is None:
            return
        server = self._server
        report = InFlight(
            server.pool.in_flight(),
            server.open_connections,
            server.journal.shed,
            0 if server.payloads is None else server.payloads.shed,
            waiting=len(server.waiting),
            waiting_lines=server.waiting.lines(),
            limits=server.pool.gauges(),
        )
        if report != self._reported:
            self._tell(report)
            self._reported = report

    def __repr__(self) -> str:
        return f"<ControlSide {'up' if self.up else 'down'}, {len(self.awaiting_snapshot)} wait for it>"

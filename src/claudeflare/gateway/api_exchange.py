"""One proxied request from head to settled: its body in, its attempts, its answer out, its record."""

from __future__ import annotations

from time import monotonic, time
from typing import TYPE_CHECKING

from claudeflare.balancing.affinity import session_key
from claudeflare.balancing.lease import PickRequest
from claudeflare.balancing.outcome import ClientGone
from claudeflare.gateway.answer import Answer
from claudeflare.gateway.attempt import Attempt, Phase
from claudeflare.gateway.attempt_loop import AttemptLoop
from claudeflare.gateway.counting import expected_tokens
from claudeflare.gateway.exchange import Exchange
from claudeflare.gateway.placement import Placement
from claudeflare.gateway.recording import Ending, RequestRecording
from claudeflare.gateway.refusal import Refusal
from claudeflare.gateway.request_body import RequestBody
from claudeflare.http1.request_parser import RequestHead

if TYPE_CHECKING:
    from claudeflare.gateway.client_connection import ClientConnection
    from claudeflare.gateway.key_visit import KeyVisit
    from claudeflare.gateway.messages import Snapshot
    from claudeflare.gateway.server import GatewayServer

SNAPSHOT_WAIT_SECONDS = 5.0
"""How long a request waits for a gateway that has just started to learn its accounts."""

NOT_READY = Refusal(503, "api_error", "Claudeflare is starting and does not know its accounts yet.", retry_after=2)

CLIENT_CLOSED = 499
"""nginx's number for a client that left before it was answered."""


class ApiExchange(Exchange):
    """Nothing reaches the client before `commit`, so until then trying again is invisible."""

    def __init__(self, connection: ClientConnection, server: GatewayServer, head: RequestHead, body_limit: int) -> None:
        super().__init__(connection, server, head)
        self.provider = server.provider
        self.recording = RequestRecording(server.journal, server.ids.new(), head, connection.received_at)
        self.body = RequestBody(head, body_limit, server.settings.replay_limit_bytes)
        self.placement: Placement | None = None
        """What binds the request to one account, where it could be bound."""
        self.visit: KeyVisit | None = None
        """What its client key allows and it has reserved; None while no key exists."""
        self._loop: AttemptLoop | None = None
        self._answer: Answer | None = None
        self._awaiting_snapshot_since: float | None = None
        self._client_writable = True

    # -- the request comes in --------------------------------------------------------------------------------------

    def opened(self) -> None:
        if self.body.streamed:
            self.ready()

    def on_body(self, data: bytes) -> None:
        self.body.add(data)
        if self.body.streamed and self.started and not self.ended:
            self.ready()
        if self.body.held_full:
            self.connection.pause_reading()

    def on_body_end(self) -> None:
        self.body.end()
        super().on_body_end()

    def ready(self) -> None:
        """Everything needed to choose an account is known. Comes again while a streamed body goes on coming."""
        if self._loop is not None or self._awaiting_snapshot_since is not None or self.placement is not None:
            return
        if self.visit is not None and self.visit.waiting_since is not None:
            return
        snapshot = self.server.directory.snapshot
        if snapshot is None:
            self._awaiting_snapshot_since = monotonic()
            self.server.control.awaiting_snapshot.append(self)
        else:
            self._dispatch(snapshot, since=self.connection.received_at)

    def snapshot_arrived(self, snapshot: Snapshot) -> None:
        """The gateway knows its accounts now."""
        if self._awaiting_snapshot_since is not None and not self.ended:
            self._awaiting_snapshot_since = None
            self._dispatch(snapshot, since=monotonic())

    def _dispatch(self, snapshot: Snapshot, since: float) -> None:
        recording, head = self.recording, self.head
        recording.work_begins(since)
        recording.request_bytes = self.body.received
        whole = None if self.body.streamed else self.body.whole()
        recording.facts = self.provider.facts(head.method, head.path, head.named, whole)
        recording.policy = snapshot.strategy
        keys = self.server.client_keys
        if not keys.exist or keys.let_in(self, whole):
            self.proceed(whole)

    def proceed(self, whole: bytes | None) -> None:
        """It may go to an account; `whole` is its body, if that can be read."""
        recording, head = self.recording, self.head
        facts = recording.facts
        account = head.named.get(b"x-claudeflare-account")
        pick = PickRequest(
            session=session_key(recording.client_key, facts.session),
            model_class=facts.model_class,
            client_key=recording.client_key,
            account=None if account is None else account.decode("utf-8", "replace"),
            auxiliary=facts.auxiliary,
            estimate=0 if facts.auxiliary else expected_tokens(self.body.length or self.body.received),
            conversation=facts.prefix_hash or "",
            since=time() if self.server.waiting.open else 0.0,
            accounts=None if self.visit is None else self.visit.accounts,
        )
        recording.open()
        server, thread = self.server, facts.thread
        if facts.auxiliary or thread is not None or server.pool.pins.kinds:
            ties = self.provider.ties(head.method, head.target, head.named, whole, server.pool.pins.kinds)
            if (ties.ids or ties.collection or thread is not None) and not server.directory.passes_through:
                self.placement = Placement(self, pick, ties, self._take_account)
                self.placement.begin()
                return
        self._take_account(pick)

    def _take_account(self, pick: PickRequest) -> None:
        self._loop = AttemptLoop(self, pick)
        self._loop.take_account()

    # -- the answer goes out ---------------------------------------------------------------------------------------

    def commit(self, loop: AttemptLoop, attempt: Attempt) -> Answer:
        """The client gets this attempt's answer."""
        answer = self._answer = Answer(self, loop, attempt)
        if not self._client_writable:
            attempt.pause()
        return answer

    def on_client_writable(self, writable: bool) -> None:
        self._client_writable = writable
        attempt = self._loop.attempt if self._loop else None
        if attempt is not None and attempt.phase is Phase.RELAYING:
            attempt.resume() if writable else attempt.pause()

    def end(self) -> None:
        super().end()
        self._forget()

    def cut_off(self) -> None:
        super().cut_off()
        self._forget()

    def _forget(self) -> None:
        # Loop, attempt and answer point back here. Untied, all of it (body included) is freed at once and not whenever
        # the cycle collector comes by: that alone cost a seventh of the time of a small request.
        if self._loop is not None:
            self._loop.forget()
        self._loop = self._answer = self.placement = None

    # -- other endings ---------------------------------------------------------------------------------------------

    def on_client_gone(self) -> None:
        if self._answer is not None:
            self._answer.client_left()
        else:
            self.recording.request_bytes = self.body.received
            if self._loop is not None:
                self._loop.stop_waiting()
            ending = Ending(error_message="The client closed the connection before it was answered.")
            self.recording.finish("client_closed", CLIENT_CLOSED, 0, ending)
        super().on_client_gone()
        self._forget()

    def abandon(self) -> None:
        self._awaiting_snapshot_since = None
        if self.placement is not None:
            self.placement.cancel()
        if self._loop is not None:
            self._loop.cancel(ClientGone())

    def record_refusal(self, refusal: Refusal) -> str:
        self.recording.request_bytes = self.body.received
        state = "error" if refusal.failure else "refused"
        ending = Ending(error_type=refusal.error_type, error_message=refusal.message)
        self.recording.finish(state, refusal.status, 0, ending)
        return self.recording.id

    def check_deadlines(self, now: float) -> None:
        loop, settings = self._loop, self.server.settings
        if self._awaiting_snapshot_since is not None:
            if now - self._awaiting_snapshot_since > SNAPSHOT_WAIT_SECONDS:
                self.refuse(NOT_READY)
        elif loop is not None and loop.attempt is not None and loop.waiting_for_upstream:
            if not self._client_writable or not self.complete:
                # The silence is the client's, not the upstream's.
                loop.attempt.excuse_silence()
            loop.attempt.check_silence(now, settings.first_byte_timeout, settings.idle_timeout)

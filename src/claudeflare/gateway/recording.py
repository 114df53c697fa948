"""The record of one request, filled in as it happens and appended to the journal in time."""

from __future__ import annotations

from time import monotonic, time
from typing import TYPE_CHECKING, Protocol

from claudeflare.balancing.decision import Pick
from claudeflare.http1.request_parser import RequestHead
from claudeflare.journal.records import Attempt, Finished, Frame, Opened
from claudeflare.providers.provider import Meter, RequestFacts

if TYPE_CHECKING:
    from claudeflare.gateway.key_visit import KeyVisit

AMEND_SECONDS = 0.1
"""A last byte later than this after the record was written is worth a second frame."""


class Journal(Protocol):
    """Where frames go."""

    shed: int
    """Frames lost so far because they could not be written."""

    def append(self, frame: Frame) -> bool:
        """Write one frame; False when it had to be shed. Never raises for disk trouble."""
        ...


class RequestRecording:
    """One request's record. `finish` writes it once; `amend` replaces it when something was learnt later."""

    def __init__(self, journal: Journal, request_id: str, head: RequestHead, started: float) -> None:
        self.id = request_id
        self.started = started
        """Monotonic."""
        self.started_at = time()
        self.facts = RequestFacts()
        self.client_key: str | None = None
        self.visit: KeyVisit | None = None
        """What a client key's request has reserved; given back when the record is finished, as every request's is."""
        self.policy: str | None = None
        self.attempts: list[Attempt] = []
        self.picks: list[Pick] = []
        self.request_bytes = 0
        self.overhead = 0.0
        """Seconds spent inside Claudeflare so far."""
        self.queued = 0.0
        """Seconds spent waiting for an account."""
        self.first_byte: float | None = None
        self.first_content: float | None = None
        self.organization_id: str | None = None
        self.finished: Finished | None = None
        self._journal = journal
        self._head = head
        self._finished_at = 0.0
        self._work_since: float | None = None
        self._opened: Opened | None = None
        """What was said at the beginning; `Finished` says it again."""

    def elapsed_ms(self, at: float) -> float:
        """Milliseconds from the request's start to a monotonic time."""
        return int((at - self.started) * 1e6) / 1000  # five times as fast as `round`

    def work_begins(self, since: float | None = None) -> None:
        """From now on (or from a monotonic time) the request waits for nobody but us."""
        if self._work_since is None:
            self._work_since = monotonic() if since is None else since

    def work_pauses(self) -> None:
        """From now on the request waits for somebody else: the upstream, the client, or a pause on purpose."""
        if self._work_since is not None:
            self.overhead += monotonic() - self._work_since
            self._work_since = None

    def open(self) -> None:
        """Note that the request has begun, so that even this process's death leaves a trace of it."""
        self._opened = self._begun()
        self._journal.append(self._opened)

    def _begun(self) -> Opened:
        """What is known at the beginning."""
        head, facts = self._head, self.facts
        agent = head.named.get(b"user-agent")
        # Header and target bytes as text: ASCII in practice, and never an error.
        return Opened(
            id=self.id,
            started_at=self.started_at,
            method=head.method.decode("ascii"),
            path=head.path.decode("latin-1"),
            query=head.query.decode("latin-1"),
            client_key=self.client_key,
            session=facts.session,
            model=facts.model,
            streaming=facts.streaming,
            user_agent=None if agent is None else agent.decode("latin-1"),
            agent_id=facts.agent_id,
            parent_agent_id=facts.parent_agent_id,
            request_bytes=self.request_bytes,
            prefix_hash=facts.prefix_hash,
        )

    def finish(self, terminal_state: str, status: int, response_bytes: int, ending: Ending) -> None:
        """Write the record. The caller does it before the bytes that let the client go; later calls are ignored."""
        if self.finished is not None:
            return
        # Once a request is opened, only its size can still change.
        begun = self._opened or self._begun()
        meter = ending.meter
        last = self.attempts[-1] if self.attempts else None
        at = self._finished_at = monotonic()
        self.finished = Finished(
            id=begun.id,
            started_at=begun.started_at,
            method=begun.method,
            path=begun.path,
            query=begun.query,
            client_key=begun.client_key,
            session=begun.session,
            model=begun.model,
            streaming=begun.streaming,
            user_agent=begun.user_agent,
            agent_id=begun.agent_id,
            parent_agent_id=begun.parent_agent_id,
            request_bytes=self.request_bytes,
            prefix_hash=begun.prefix_hash,
            terminal_state=terminal_state,
            status=status,
            served_model=meter.model if meter else None,
            account_id=last.account_id or None if last else None,
            account=last.account or None if last else None,
            organization_id=self.organization_id,
            policy=self.policy,
            attempts=self.attempts,
            picks=self.picks,
            duration_ms=self.elapsed_ms(at),
            first_byte_ms=None if self.first_byte is None else self.elapsed_ms(self.first_byte),
            first_content_ms=None if self.first_content is None else self.elapsed_ms(self.first_content),
            overhead_ms=round(self.overhead * 1000, 3),
            queued_ms=round(self.queued * 1000, 3) if self.queued else 0.0,
            response_bytes=response_bytes,
            content_encoding=ending.content_encoding,
            usage=meter.usage if meter else None,
            usage_estimated=meter.usage_estimated if meter else False,
            stop_reason=meter.stop_reason if meter else None,
            message_id=meter.message_id if meter else None,
            upstream_request_id=last.upstream_request_id if last else None,
            error_type=ending.error_type,
            error_message=ending.error_message,
        )
        if self.visit is not None:
            self.visit.ended(self.finished)
        self._journal.append(self.finished)

    def last_byte(self, response_bytes: int) -> None:
        """The response has ended; amend the record when that was noticeably after it was written."""
        at = monotonic()
        if self.finished is not None and at - self._finished_at > AMEND_SECONDS:
            self.finished.duration_ms = self.elapsed_ms(at)
            self.finished.response_bytes = response_bytes
            self.amend()

    def amend(self) -> None:
        """Write the changed record once more; the last one counts."""
        assert self.finished is not None
        self.finished.amended = True
        self._journal.append(self.finished)


class Ending:
    """How a request ended, beside its state and status."""

    __slots__ = ("content_encoding", "error_message", "error_type", "meter")

    def __init__(
        self,
        meter: Meter | None = None,
        error_type: str | None = None,
        error_message: str | None = None,
        content_encoding: str | None = None,
    ) -> None:
        self.meter = meter
        self.error_type = error_type
        self.error_message = error_message
        self.content_encoding = content_encoding

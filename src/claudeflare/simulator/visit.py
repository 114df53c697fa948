"""One request from arrival to answer: who it comes from, which faults it meets, and the headers its answer bears."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

import msgspec
from starlette.types import Scope

from claudeflare.errors import InvalidInput
from claudeflare.simulator.accounts import SimulatedAccount
from claudeflare.simulator.betas import split_betas
from claudeflare.simulator.connection import wire_fields
from claudeflare.simulator.delivery import Delivery, Part
from claudeflare.simulator.error_variants import fault_error
from claudeflare.simulator.errors import ApiError, EdgeError, TooLarge, invalid
from claudeflare.simulator.faults import ANSWERS, IN_STREAM, Fault, first_of, parse_faults
from claudeflare.simulator.oauth.token_holders import opened_by
from claudeflare.simulator.presented_credential import read_credential, refused_credential
from claudeflare.simulator.request_encoding import decode_body
from claudeflare.simulator.seeding import identifier
from claudeflare.simulator.seen import SeenRequest, Witness, masked
from claudeflare.simulator.validation import MAX_BODY_BYTES, check_betas, check_version
from claudeflare.simulator.world import World


class Visit:
    """A request as the API's routes see it."""

    def __init__(self, world: World, scope: Scope, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self.world = world
        self._max_body_bytes = max_body_bytes
        self.scope = scope
        self.now = world.clock.now()
        self.account: SimulatedAccount | None = None
        self.faults: list[Fault] = []
        self.version = ""
        self.headers: dict[str, str] = {}
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in wire_fields(scope)]
        for name, value in ((name.lower(), value) for name, value in fields):
            self.headers[name] = f"{self.headers[name]}, {value}" if name in self.headers else value
        number = world.seen.next_number()
        query = scope["query_string"].decode("latin-1")
        self.seen = SeenRequest(
            number=number,
            at=self.now,
            method=scope["method"],
            path=scope["raw_path"].decode("latin-1") + (f"?{query}" if query else ""),
            fields=[(name, masked(name, value)) for name, value in fields],
            request_id=identifier("req", world.seed, number),
        )
        self.witness = Witness(world.seen, self.seen, world.clock)
        self.betas = split_betas(self.headers.get("anthropic-beta", ""))

    @property
    def caller(self) -> SimulatedAccount:
        """The account; known once `admit` has returned."""
        assert self.account is not None
        return self.account

    @property
    def origin(self) -> str:
        """Scheme, host and port the request was sent to."""
        host, port = self.scope["server"]
        return f"{self.scope['scheme']}://{self.headers.get('host') or f'{host}:{port}'}"

    def admit(self, raw: bytes) -> bytes:
        """What every route checks, in the API's order; returns the body, decoded. Raises ApiError."""
        credential = read_credential(self.headers)
        account = opened_by(self.world, credential.secret, self.now)
        if account is None or (account.is_subscription and not credential.bearer):
            raise refused_credential(credential)
        self.recognize(account)
        body = self.decode(raw)
        self._peek(body)
        self.meet_faults(account)
        self.version = check_version(self.headers)
        check_betas(self.betas)
        return body

    def recognize(self, account: SimulatedAccount) -> None:
        """It is known whom the request comes from."""
        self.account = account
        self.seen.account = account.name
        self.seen.organization_id = account.organization_id

    def decode(self, raw: bytes) -> bytes:
        """The body without its compression. Raises ApiError."""
        return decode_body(raw, self.headers.get("content-encoding", ""), self._max_body_bytes)

    def meet_faults(self, account: SimulatedAccount, *, path_named: bool = False) -> None:
        """Be struck by the faults in force; with `path_named` only by those for this path. Raises ApiError."""
        try:
            commanded = parse_faults(self.headers.get("x-simulator-fault", ""))
        except InvalidInput as error:
            raise invalid(f"x-simulator-fault: {error}") from error
        self.faults = commanded + self.world.faults.strike(
            account.name, self.scope["path"], self.seen.model or "", self.now, path_named=path_named
        )
        self.seen.faults = [fault.name for fault in self.faults]
        fault = first_of(self.faults, ANSWERS if self.seen.streaming else (*ANSWERS, *IN_STREAM))
        if fault is not None:
            raise fault_error(fault, account, self.seen.model or "", self.now)

    def fault_error(self, fault: Fault) -> ApiError:
        """The error a fault stands for, here."""
        return fault_error(fault, self.caller, self.seen.model or "", self.now)

    def _peek(self, body: bytes) -> None:
        """Model and streaming, as far as the body says: errors come before the body is checked."""
        try:
            content: Any = msgspec.json.decode(body) if body else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        if isinstance(content, dict):
            self.seen.model = content["model"] if isinstance(content.get("model"), str) else None
            self.seen.streaming = content.get("stream") is True and self.scope["path"] == "/v1/messages"

    def answer(self, content: Any, fields: list[tuple[str, str]] | None = None, pause: float = 0.0) -> Delivery:
        """A JSON answer of status 200, sent after `pause` simulated seconds."""
        heads = [("content-type", "application/json"), *self.common_fields(), *(fields or [])]
        return Delivery(status=200, fields=heads, parts=[Part(msgspec.json.encode(content), pause)])

    def content(self, data: bytes, kind: str) -> Delivery:
        """Something else than JSON as the answer, of this media type."""
        return Delivery(status=200, fields=[("content-type", kind), *self.common_fields()], parts=[Part(data)])

    def stream(self, parts: list[Part], fields: list[tuple[str, str]], *, broken: bool) -> Delivery:
        """A stream of events; after an error the connection is closed."""
        kind = [("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache")]
        heads = [*kind, *self.common_fields(), *fields]
        return Delivery(status=200, fields=heads, parts=parts, streaming=True, ends_connection=broken)

    def error(self, error: ApiError) -> Delivery:
        """An error as the answer."""
        from_edge = isinstance(error, TooLarge | EdgeError)
        fields = self._edge_fields() if from_edge else self.common_fields()
        heads = [("content-type", error.content_type), *fields, *error.fields]
        return Delivery(status=error.status, fields=heads, parts=[Part(error.body(self.seen.request_id))])

    def common_fields(self) -> list[tuple[str, str]]:
        """The headers every answer bears."""
        fields = [*self._edge_fields(), ("request-id", self.seen.request_id)]
        if self.account is not None:
            fields.append(("anthropic-organization-id", self.account.organization_id))
            fields.append(("anthropic-workspace-id", self.account.workspace_id))
        return fields

    def _edge_fields(self) -> list[tuple[str, str]]:
        return [("date", formatdate(self.now, usegmt=True)), ("server", "claudeflare-simulator")]

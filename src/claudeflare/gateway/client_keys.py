"""The client keys that hold, and who among them sends a request. None of this runs while no key exists."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING

from claudeflare.gateway.gate import gate, open_to_anyone
from claudeflare.gateway.key_admission import KeyAdmission
from claudeflare.gateway.key_visit import KeyVisit
from claudeflare.gateway.own_secrets import CREDENTIALS, is_credential, misplaced
from claudeflare.gateway.refusal import Refusal
from claudeflare.http1.heads import RequestHead
from claudeflare.quotas.allowance import Allowance
from claudeflare.quotas.client_key import ClientKey, digest_of

if TYPE_CHECKING:
    from claudeflare.gateway.api_exchange import ApiExchange
    from claudeflare.gateway.server import GatewayServer

UNKNOWN = Refusal(
    401,
    "authentication_error",
    "This server wants a client key of its own, and got none or a wrong one. "
    "Its owner makes one: claudeflare keys add NAME. Send it as x-api-key or as Authorization: Bearer.",
)

NO_ACCOUNT = Refusal(
    503,
    "api_error",
    "This server has no account to send requests with. Its owner adds one: claudeflare add NAME. Until then requests "
    "need a credential of their own beside the client key, in the other of the two fields.",
    retry_after=60,
)


class ClientKeys:
    """Looked up by digest. Counters of a key that stays live on when the owner changes something."""

    def __init__(self, server: GatewayServer) -> None:
        self._server = server
        self.exist = False
        """Whether there is any key, or there must be one. Asked for every request."""
        self._by_digest: dict[bytes, Allowance] = {}
        self.admission = KeyAdmission(server)

    def configure(self, keys: list[ClientKey], now: float) -> None:
        """Know these from now on; requests of others that are let in already go on."""
        self.exist = not open_to_anyone(bool(keys), self._server.exposed)
        known = {allowance.key.id: allowance for allowance in self._by_digest.values()}
        self._by_digest = {}
        for key in keys:
            allowance = known.get(key.id)
            if allowance is None:
                allowance = Allowance(key, self._server.settings.workers, now)
            elif allowance.key != key:
                allowance.configure(key, now)
            self._by_digest[key.digest] = allowance
        self.admission.configured({one.key.name: one for one in self._by_digest.values()})

    def greet(self, exchange: ApiExchange, limit: int | None) -> Refusal | None:
        """Find out whose request this is, at its head. Gives what refuses it, if anything does.

        The credential that was presented goes no further: what is sent upstream is made from what is left.
        """
        head = exchange.head
        found = self._find(head)
        if found is None:
            return gate(head, self._server.allowed_hosts, limit, api=True) or UNKNOWN
        allowance, secret = found
        key = allowance.key
        exchange.head = without_key(head, secret)
        exchange.recording.client_key = key.name
        exchange.visit = exchange.recording.visit = KeyVisit(self.admission, allowance)
        if key.expired(time()):
            return Refusal(
                401, "authentication_error", f"The client key {key.name} has expired; its owner can make a new one."
            )
        return gate(head, (), limit, api=True, known=True)

    def let_in(self, exchange: ApiExchange, whole: bytes | None) -> bool:
        """Whether a request may go on to its account now. False: it is refused, or goes on by itself later."""
        if exchange.visit is None:
            # It came before any key was known: the gateway had just started, or this is the first key.
            refusal = self.greet(exchange, None)
            if refusal is not None:
                exchange.refuse(refusal)
                return False
        assert exchange.visit is not None
        if self._server.directory.passes_through and not has_credential(exchange.head):
            exchange.refuse(NO_ACCOUNT)
            return False
        return self.admission.consider(exchange, exchange.visit, whole)

    def misplaced(self, head: RequestHead) -> Refusal | None:
        """Why a request that would go on with its caller's own credential is refused: it is a secret of ours."""
        snapshot = self._server.directory.snapshot
        return misplaced(head, snapshot.control_token if snapshot else b"", self._by_digest)

    def _find(self, head: RequestHead) -> tuple[Allowance, bytes] | None:
        """The key that was sent, and its secret."""
        for name in CREDENTIALS:
            value = head.named.get(name)
            if value is not None:
                secret = secret_in(name, value)
                allowance = self._by_digest.get(digest_of(secret))
                if allowance is not None:
                    return allowance, secret
        return None

    def __repr__(self) -> str:
        return f"<ClientKeys {', '.join(one.key.name for one in self._by_digest.values())}>"


def secret_in(name: bytes, value: bytes) -> bytes:
    """The secret of one credential field (name in lower case)."""
    value = value.strip()
    if name == b"authorization":
        scheme, _, secret = value.partition(b" ")
        return secret.strip() if scheme.lower() == b"bearer" else b""
    return value


def has_credential(head: RequestHead) -> bool:
    """Whether a credential is left once the client key is taken out."""
    return any(is_credential(name) for name, _ in head.fields)


def without_key(head: RequestHead, secret: bytes) -> RequestHead:
    """The same head without the fields that hold this key. A credential of the caller's own beside it stays."""
    fields = [
        field for field in head.fields if not is_credential(field[0]) or secret_in(field[0].lower(), field[1]) != secret
    ]
    return RequestHead(
        head.method, head.path, head.query, head.minor, fields, head.named, head.host, head.content_length,
        head.chunked, head.keep_alive,
    )  # fmt: skip

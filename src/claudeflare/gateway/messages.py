"""What gateway, control and supervisor say to one another on private links. Changing a shape: raise `PROTOCOL`."""

from __future__ import annotations

import msgspec

from claudeflare.balancing.account import Account
from claudeflare.balancing.change import Change, Pinned
from claudeflare.balancing.gauges import LimitGauge
from claudeflare.balancing.waiting import WaitingLine
from claudeflare.providers.price_list import ModelPrice
from claudeflare.providers.provider import Credential
from claudeflare.quotas.client_key import ClientKey, Period
from claudeflare.quotas.grants import Claim
from claudeflare.quotas.purse import BudgetLease
from claudeflare.settings import Settings

PROTOCOL = 3
"""On a mismatch the older side drains and is restarted by the supervisor."""


class GatewayStart(msgspec.Struct, tag=True):
    """Supervisor -> gateway, first message. The listening socket travels beside it as a file descriptor."""

    settings: Settings
    worker: int
    journal_directory: str
    control_socket: str
    """Path of control's private HTTP socket."""
    protocol: int = PROTOCOL
    exposed: bool = False
    """Other machines can reach the listening socket: without a client key nobody is let in."""


class ControlStart(msgspec.Struct, tag=True):
    """Supervisor -> control, first message. The listening Unix socket travels beside it as a file descriptor."""

    settings: Settings
    journal_directory: str
    control_socket: str
    protocol: int = PROTOCOL
    sources: dict[str, str] = {}
    """Field of `settings` -> where its value came from, for people; a field that is missing has its default."""
    needs_client_key: bool = False
    """The server is just starting and other machines can reach it: do not serve unless a client key exists."""


class NewLink(msgspec.Struct, tag=True):
    """Supervisor -> gateway or control: a fresh socketpair to the other plane travels beside this message."""

    worker: int


class Ready(msgspec.Struct, tag=True):
    """Child -> supervisor: serving."""


class Hello(msgspec.Struct, tag=True):
    """Gateway -> control, first message on a link."""

    worker: int
    pid: int
    boot_id: str
    protocol: int = PROTOCOL


class Snapshot(msgspec.Struct, tag=True):
    """Control -> gateway: all the gateway needs to serve. Sent first, and whole again whenever any of it changes."""

    version: int
    accounts: list[Account]
    credentials: dict[str, Credential]
    """Account id -> credential. Plain secrets: memory only."""
    strategy: str
    session_seconds: float
    client_keys: list[ClientKey] = []
    """Those that hold. None at all: any client credential is accepted, or none."""
    control_token: bytes = b""
    """Digest of control's own token (`client_key.digest_of`): callers that send it by mistake must not leak it."""


class ChangesMade(msgspec.Struct, tag=True):
    """Control -> gateway: durable state on a new link, then what other workers or the owner changed.

    Gateway -> control: what this worker's pool changed, for fan-out; the durable copy goes through the journal.
    """

    changes: list[Change]


class InFlight(msgspec.Struct, tag=True):
    """Gateway -> control, at most once a second while it changes."""

    accounts: dict[str, int]
    open_connections: int
    shed_records: int = 0
    shed_payloads: int = 0
    waiting: int = 0
    """Requests that wait for an account."""
    waiting_lines: list[WaitingLine] = []
    """Those waiting longest, and for what."""
    limits: dict[str, list[LimitGauge]] = {}
    """Account id -> its limits as far as answers have told of them."""


class PinQuestion(msgspec.Struct, tag=True):
    """Gateway -> control: which accounts hold these things? Asked of ids this gateway does not know."""

    number: int
    """The answer bears the same."""
    ids: list[str]


class PinAnswer(msgspec.Struct, tag=True):
    """Control -> gateway. Ids that are not among `pins` are known to nobody here."""

    number: int
    pins: list[Pinned] = []
    failed: bool = False
    """The database did not answer: nothing is known."""


class BudgetClaim(msgspec.Struct, tag=True):
    """Gateway -> control: how much more may this key cost here? And what does this model cost?"""

    name: str
    """The client key's."""
    period: Period
    start: float
    """When the period began, in UTC epoch seconds."""
    claim: Claim
    model: str | None = None
    """Whose price the gateway needs; None: no price."""


class BudgetGrant(msgspec.Struct, tag=True):
    """Control -> gateway."""

    name: str
    period: Period
    lease: BudgetLease | None
    """None: the database did not answer."""
    model: str | None = None
    price: ModelPrice | None = None
    """None: nobody knows what the model costs."""


class CredentialQuestion(msgspec.Struct, tag=True):
    """Gateway -> control: this credential cannot be used (any more); is there a newer one?"""

    number: int
    """The answer bears the same."""
    account_id: str
    generation: int
    """Of the credential the gateway has."""
    refused: bool
    """The API has refused it (401). Else its time is over."""


class CredentialAnswer(msgspec.Struct, tag=True):
    """Control -> gateway."""

    number: int
    account_id: str
    credential: Credential | None = None
    """To be used from now on; None: there is none."""
    words: str = ""
    """Why not, for people."""


class Answered(msgspec.Struct, tag=True):
    """Control -> gateway: control serves its HTTP socket; `/health` may say ready."""


LinkMessage = (
    Hello | Snapshot | ChangesMade | InFlight | Answered | PinQuestion | PinAnswer | BudgetClaim | BudgetGrant
    | CredentialQuestion | CredentialAnswer
)  # fmt: skip
ChannelMessage = GatewayStart | ControlStart | NewLink | Ready

"""What gateway, control and supervisor say to one another on private links. Changing a shape: raise `PROTOCOL`."""

from __future__ import annotations

import msgspec

from claudeflare.balancing.account import Account
from claudeflare.balancing.change import Change, Pinned
from claudeflare.balancing.gauges import LimitGauge
from claudeflare.balancing.waiting import WaitingLine
from claudeflare.providers.provider import Credential
from claudeflare.settings import Settings

PROTOCOL = 2
"""On a mismatch the older side drains and is restarted by the supervisor."""


class GatewayStart(msgspec.Struct, tag=True):
    """Supervisor -> gateway, first message. The listening socket travels beside it as a file descriptor."""

    settings: Settings
    worker: int
    journal_directory: str
    control_socket: str
    """Path of control's private HTTP socket."""
    protocol: int = PROTOCOL


class ControlStart(msgspec.Struct, tag=True):
    """Supervisor -> control, first message. The listening Unix socket travels beside it as a file descriptor."""

    settings: Settings
    journal_directory: str
    control_socket: str
    protocol: int = PROTOCOL
    sources: dict[str, str] = {}
    """Field of `settings` -> where its value came from, for people; a field that is missing has its default."""


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


class Answered(msgspec.Struct, tag=True):
    """Control -> gateway: control serves its HTTP socket; `/health` may say ready."""


LinkMessage = Hello | Snapshot | ChangesMade | InFlight | Answered | PinQuestion | PinAnswer
ChannelMessage = GatewayStart | ControlStart | NewLink | Ready

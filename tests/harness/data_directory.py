"""A data directory with fixed accounts and requests, written through the real storage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from claudeflare.balancing.change import AttentionNeeded, Benched, Change
from claudeflare.balancing.decision import Candidate, Pick
from claudeflare.credentials.accounts import CredentialService
from claudeflare.credentials.keyring import Keyring
from claudeflare.credentials.kinds import ApiKey
from claudeflare.credentials.secrets import SecretBox
from claudeflare.home import Home
from claudeflare.journal.records import Attempt, Finished
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage import migrate
from claudeflare.storage.accounts import AccountStore, NewAccount
from claudeflare.storage.database import Database
from claudeflare.storage.records import PricedRequest
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.secrets import SecretStore
from claudeflare.storage.state import StateStore

NOW = 1_795_369_200.0
"""2026-11-22 17:40:00 UTC: what the clock of every test shows."""
DAY = 86_400.0


@contextmanager
def opened(home: Home) -> Iterator[Database]:
    """Its database, migrated."""
    home.prepare()
    database = Database(f"sqlite:///{home.database}")
    try:
        migrate.upgrade(database, None)
        yield database
    finally:
        database.dispose()


def add_accounts(home: Home, *accounts: NewAccount, changes: tuple[Change, ...] = ()) -> None:
    """Accounts made one day after the other, the last of them yesterday, and what was learned of them."""
    with opened(home) as database:
        store = AccountStore(database)
        service = CredentialService(store, SecretStore(database), SecretBox(Keyring.load(home.secret_key)))
        for age, account in zip(range(len(accounts), 0, -1), accounts, strict=True):
            service.add(account, ApiKey(f"sk-ant-api03-{account.name}"), NOW - age * DAY)
        StateStore(database).apply(changes, NOW - 60)


def add_requests(home: Home, *requests: PricedRequest) -> None:
    """Requests as ingest would file them."""
    with opened(home) as database:
        RequestStore(database).write_batch(opened=[], finished=requests, changed=[], shed={})


def pause(home: Home, name: str) -> None:
    """Pause an account."""
    with opened(home) as database:
        AccountStore(database).set_paused(name, True)


def seed(directory: Path) -> Home:
    """Four accounts, one in each state, and six requests, one of each kind."""
    home = Home(directory)
    add_accounts(
        home,
        NewAccount(name="work", tier=5, id="account-1"),
        NewAccount(name="spare", priority=1, id="account-2"),
        NewAccount(name="old", tier=20, base_url="https://claude.example", id="account-3"),
        NewAccount(name="broken", id="account-4"),
        changes=(
            Benched("account-2", "", NOW + 2460, "rate limited: input tokens per minute"),
            AttentionNeeded("account-4", "credential refused: invalid x-api-key"),
        ),
    )
    pause(home, "old")
    add_requests(home, *REQUESTS)
    return home


def request(number: int, seconds_ago: float, **fields: object) -> Finished:
    """A complete answer of 3.2 s on `work`, with `fields` different."""
    usual: dict[str, object] = {
        "method": "POST",
        "path": "/v1/messages",
        "model": "claude-sonnet-4-5-20250929",
        "served_model": "claude-sonnet-4-5-20250929",
        "streaming": True,
        "terminal_state": "complete",
        "status": 200,
        "account_id": "account-1",
        "account": "work",
        "policy": "session",
        "session": "session-1",
        "user_agent": "claude-cli/2.1.78",
        "duration_ms": 3200.0,
        "first_byte_ms": 700.0,
        "first_content_ms": 840.0,
        "overhead_ms": 0.43,
        "request_bytes": 20_480,
        "response_bytes": 3_400,
        "stop_reason": "end_turn",
        "upstream_request_id": "req_011CS",
    }
    return Finished(id=f"cf_{number:024x}", started_at=NOW - seconds_ago, **{**usual, **fields})  # type: ignore[arg-type]


def priced(finished: Finished, cost_usd: float | None = 0.0421, tokens: TokenCounts | None = None) -> PricedRequest:
    """With what ingest works out about it."""
    tokens = tokens or TokenCounts(input=12_345, cache_read=1_200_000, cache_write_5m=2_000, output=950)
    return PricedRequest(finished=finished, tokens=tokens, cost_usd=cost_usd, price_version="test")


def failed_over() -> Finished:
    """`spare` was limited, so `work` answered."""
    return request(
        2,
        7200,
        model="claude-opus-4-5",
        served_model="claude-opus-4-5-20251101",
        duration_ms=125_400.0,
        attempts=[
            Attempt(
                account_id="account-2",
                account="spare",
                started_ms=0.2,
                first_byte_ms=80.0,
                ended_ms=81.0,
                status=429,
                outcome="rate_limited",
                message="input tokens per minute",
                next_step="another",
                error_body=b'{"type":"error"}',
            ),
            Attempt(
                account_id="account-1",
                account="work",
                started_ms=81.2,
                connected_ms=110.0,
                first_byte_ms=700.0,
                ended_ms=125_400.0,
                status=200,
                outcome="served",
                next_step="relay",
            ),
        ],
        picks=[
            Pick(
                "session",
                "session was bound to spare",
                (Candidate("spare", 1.0, chosen=True), Candidate("work", 0.62), Candidate("old", out="paused")),
            ),
            Pick(
                "session",
                "session moved to work: spare is limited",
                (Candidate("work", 0.62, chosen=True), Candidate("spare", out="rate limited", until=NOW - 7140)),
            ),
        ],
    )


_NO_TOKENS = TokenCounts()
_REFUSED = "No account is available: spare is limited until 18:21."

REQUESTS = (
    priced(request(1, 90_000)),
    priced(failed_over(), 3.41),
    priced(
        request(
            3,
            600,
            terminal_state="refused",
            status=429,
            account=None,
            account_id=None,
            error_message=_REFUSED,
            duration_ms=1.2,
            first_byte_ms=1.1,
            first_content_ms=None,
            stop_reason=None,
        ),
        0.0,
        _NO_TOKENS,
    ),
    priced(request(4, 300, terminal_state="truncated", error_message="The upstream connection was reset."), None),
    priced(request(5, 200, terminal_state="client_closed", status=499, model="claude-haiku-4-5"), 0.0042),
    priced(request(6, 90), 0.00003),
)
"""The latest last."""

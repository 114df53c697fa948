"""Every table, as the newest migration leaves it. Times are UTC epoch seconds, durations milliseconds."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    MetaData,
    Named,
    String,
    Table,
    TypedColumns,
    text,
)

metadata = MetaData(
    # Named constraints, because SQLite's batch migrations and PostgreSQL's ALTER can only change what has a name.
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Key = String().with_variant(String(collation="C"), "postgresql")
"""Text in an index: ordered by its bytes on both databases, whatever language the server sorts by."""


class AccountColumns(TypedColumns):
    """What the owner configured; `balancing.account.Account`."""

    id: Named[str] = Column(Key, primary_key=True)
    name: Named[str]
    name_key: Named[str] = Column(Key, unique=True)
    """The name as compared: two names that differ in case only are one."""
    provider: Named[str]
    mode: Named[str]
    tier: Named[int]
    priority: Named[int]
    paused: Named[bool]
    base_url: Named[str | None]
    created: Named[float]
    reserve: Named[float | None]
    allow_extra_usage: Named[bool | None]


accounts = Table("accounts", metadata, AccountColumns)


class AccountSecretColumns(TypedColumns):
    """Sealed secrets, apart from accounts so that no list of accounts ever reads one."""

    account_id: Named[str] = Column(Key, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    key_id: Named[str]
    """Which key sealed it; also inside the ciphertext, here to find what is left to seal anew."""
    ciphertext: Named[bytes]
    generation: Named[int]
    """Rises with every change."""


account_secrets = Table("account_secrets", metadata, AccountSecretColumns)


class BindingColumns(TypedColumns):
    """Sessions and the account each belongs to."""

    session: Named[str] = Column(Key, primary_key=True)
    account_id: Named[str] = Column(Key, ForeignKey("accounts.id", ondelete="CASCADE"))
    expires_at: Named[float]
    changed_at: Named[float]


bindings = Table("bindings", metadata, BindingColumns, Index(None, "expires_at"), Index(None, "account_id"))


class BenchColumns(TypedColumns):
    """Limits the API stated. A cleared one stays, with `until` 0, so that an older change cannot bring it back."""

    account_id: Named[str] = Column(Key, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    model_class: Named[str] = Column(Key, primary_key=True)
    until: Named[float]
    reason: Named[str]
    guess: Named[bool]
    changed_at: Named[float]


benches = Table("benches", metadata, BenchColumns)


class AttentionColumns(TypedColumns):
    """Accounts a person has to look at. A lifted one stays, with an empty reason, for the same cause."""

    account_id: Named[str] = Column(Key, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    reason: Named[str]
    changed_at: Named[float]


attention = Table("attention", metadata, AttentionColumns)


class OrganizationColumns(TypedColumns):
    """The organization each account's answers named."""

    account_id: Named[str] = Column(Key, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    organization_id: Named[str]
    changed_at: Named[float]


organizations = Table("organizations", metadata, OrganizationColumns)


class PinColumns(TypedColumns):
    """Things that exist in one account only. A deleted one stays for a while, with `expires_at` 0.

    `account_id` refers to nothing on purpose: what a removed account held is still not anybody else's.
    """

    id: Named[str] = Column(Key, primary_key=True)
    account_id: Named[str] = Column(Key)
    account: Named[str]
    """The account's name at the time."""
    expires_at: Named[float | None]
    changed_at: Named[float]


pins = Table("pins", metadata, PinColumns, Index(None, "expires_at"), Index(None, "changed_at"))


class RequestColumns(TypedColumns):
    """One line per request: what lists show and filters ask, nothing else.

    `account_id` refers to nothing on purpose: records outlive the account.
    """

    id: Named[str] = Column(Key, primary_key=True)
    started_at: Named[float]
    method: Named[str]
    path: Named[str]
    model: Named[str | None] = Column(Key)
    served_model: Named[str | None]
    streaming: Named[bool]
    account_id: Named[str | None] = Column(Key)
    account: Named[str | None]
    """The account's name at the time; shown once the account is gone."""
    client_key: Named[str | None] = Column(Key)
    session: Named[str | None] = Column(Key)
    agent_id: Named[str | None] = Column(Key)
    user_agent: Named[str | None]
    policy: Named[str | None]
    status: Named[int]
    terminal_state: Named[str] = Column(Key)
    success: Named[bool]
    """As `RequestSummary.success`; stored so that an index finds the failures."""
    error_type: Named[str | None]
    error_message: Named[str | None]
    stop_reason: Named[str | None]
    duration_ms: Named[float]
    first_byte_ms: Named[float | None]
    first_content_ms: Named[float | None]
    overhead_ms: Named[float]
    queued_ms: Named[float]
    failover_attempts: Named[int]
    request_bytes: Named[int] = Column(BigInteger)
    response_bytes: Named[int] = Column(BigInteger)
    input_tokens: Named[int | None] = Column(BigInteger)
    cache_write_5m_tokens: Named[int | None] = Column(BigInteger)
    cache_write_1h_tokens: Named[int | None] = Column(BigInteger)
    cache_read_tokens: Named[int | None] = Column(BigInteger)
    output_tokens: Named[int | None] = Column(BigInteger)
    thinking_tokens: Named[int | None] = Column(BigInteger)
    web_searches: Named[int | None] = Column(BigInteger)
    usage_estimated: Named[bool]
    cost_usd: Named[float | None]
    price_version: Named[str | None]
    cache_saved_usd: Named[float | None]
    """What the prompt cache saved; below 0 when writing cost more. None: it was not used, or its price is unknown."""


def _partial(column: str, where: str, sqlite: str | None = None) -> Index:
    """An index on the rows alone that fulfil a condition, in PostgreSQL's words and in SQLite's."""
    return Index(None, column, "started_at", "id", postgresql_where=text(where), sqlite_where=text(sqlite or where))


requests = Table(
    "requests",
    metadata,
    RequestColumns,
    # Each ends in the paging key, so that a filtered page is read off the index without sorting.
    Index(None, "started_at", "id"),
    Index(None, "account_id", "started_at", "id"),
    Index(None, "model", "started_at", "id"),
    Index(None, "session", "started_at", "id"),
    # These leave out what nearly all requests have in common: it costs nothing to write then, and a page of it is soon
    # found by time alone. A query has to name the condition for the index to be used.
    _partial("client_key", "client_key IS NOT NULL"),
    _partial("agent_id", "agent_id IS NOT NULL"),
    _partial("status", "status <> 200"),
    _partial("terminal_state", "terminal_state <> 'complete'"),
    _partial("success", "NOT success", sqlite="success = 0"),
)


class HourlySumColumns(TypedColumns):
    """Sums over the requests that began in one hour, by account and model; kept up by whatever writes `requests`.

    They outlive records deleted by age. All but `recorded` count only what began since statistics were last reset.
    Times are whole microseconds, so that what is subtracted again leaves nothing behind.
    """

    hour: Named[int] = Column(BigInteger, primary_key=True)
    """When it began, in UTC epoch seconds."""
    account_id: Named[str] = Column(Key, primary_key=True)
    """Empty for none, as is a model."""
    model: Named[str] = Column(Key, primary_key=True)
    recorded: Named[int] = Column(BigInteger)
    """Requests, whatever was reset."""
    requests: Named[int] = Column(BigInteger)
    successes: Named[int] = Column(BigInteger)
    duration_us: Named[int] = Column(BigInteger)
    tokens: Named[int] = Column(BigInteger)
    cost_usd: Named[float]
    priced: Named[int] = Column(BigInteger)
    """Requests whose cost is known, 0 included."""
    unpriced: Named[int] = Column(BigInteger)
    """Requests with tokens and no known cost."""
    streamed_tokens: Named[int] = Column(BigInteger)
    """Output tokens of the streams that `streamed_us` is about."""
    streamed_us: Named[int] = Column(BigInteger)
    """From first byte to end, of streams with output."""


hourly_sums = Table("hourly_sums", metadata, HourlySumColumns, sqlite_with_rowid=False)


class RequestDetailColumns(TypedColumns):
    """The rest of each record, apart so that lists read no page of it."""

    request_id: Named[str] = Column(Key, ForeignKey("requests.id", ondelete="CASCADE"), primary_key=True)
    finished: Named[bytes]
    """`journal.records.Finished` in MessagePack: attempts, picks, error bodies, raw usage and all."""


request_details = Table("request_details", metadata, RequestDetailColumns)


class OpenRequestColumns(TypedColumns):
    """Requests that began and have not ended yet."""

    id: Named[str] = Column(Key, primary_key=True)
    boot_id: Named[str] = Column(Key, index=True)
    """Which run of a gateway serves it."""
    opened: Named[bytes]
    """`journal.records.Opened` in MessagePack."""


open_requests = Table("open_requests", metadata, OpenRequestColumns)


class MetadataColumns(TypedColumns):
    """Single values by name."""

    key: Named[str] = Column(Key, primary_key=True)
    value: Named[str]


single_values = Table("metadata", metadata, MetadataColumns)

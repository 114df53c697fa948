"""Every setting with its default and meaning. Read once at start (`settings_sources.load_settings`) and passed down."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

SECRETS: frozenset[str] = frozenset({"token", "database_url"})
"""Fields that hold a secret or may hold one: never printed, logged or sent to a process that does not need them."""

STRATEGIES: tuple[str, ...] = ("session", "round-robin", "least-requests", "weighted")
"""Names of the policies that exist; `balancing.policies.named` has a class for each."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One server's configuration. The field's name in upper case is its variable, also with a `CLAUDEFLARE_` prefix."""

    port: int = 8080
    """Public port. 0 picks a free one."""
    host: str = "127.0.0.1"
    """Public address. Anything but loopback needs a client key and a control token set by the owner."""
    lb_strategy: str = "session"
    """Policy that picks the account."""
    session_duration: int = 18_000_000
    """Milliseconds a session stays bound to its account after its last request."""
    log_level: Literal["debug", "info", "warn", "error"] = "info"
    """Least severe level that is logged."""
    log_format: Literal["pretty", "json"] = "pretty"
    """`pretty` for people, `json` one object a line for collectors."""
    retry_attempts: int = 3
    """Attempts per request that may fail by 5xx, 529 or connection. Attempts that end in a limit are not counted."""
    retry_delay_ms: int = 1000
    """First back-off before trying again on the same account, in milliseconds; jittered."""
    retry_backoff: float = 2.0
    """Factor from one back-off to the next."""
    data_retention_days: int = 7
    """Days payloads are kept."""
    request_retention_days: int = 365
    """Days request records are kept."""
    home: str = ""
    """Data and configuration directory. Empty: the platform's own (filled in when settings are loaded)."""
    upstream_url: str = "https://api.anthropic.com"
    """Where accounts without a base URL of their own send requests."""
    database_url: str = ""
    """`sqlite:///…` or `postgresql://…`. Empty: SQLite in the home directory."""
    workers: int = 1
    """Gateway processes."""
    token: str = ""
    """A fixed control token. Empty: made at the first start and kept in the home directory."""
    token_file: str = ""
    """File that holds the control token."""
    secret_key_file: str = ""
    """File that holds the key secrets are encrypted with. Empty: made in the home directory."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names beside loopback that a request may name. Comma separated."""
    ssl_cert_file: str = ""
    """Certificate authorities to trust for upstreams. Empty: the system's."""

    connect_timeout: float = 5.0
    """Seconds to connect to an upstream, TLS included."""
    first_byte_timeout: float = 600.0
    """Seconds from the request's last byte to the answer's first."""
    idle_timeout: float = 300.0
    """Seconds between two bytes of an answer, or of a request's body."""
    head_timeout: float = 30.0
    """Seconds a client may take to send a request's head once it has begun."""
    keep_alive_timeout: float = 120.0
    """Seconds an idle connection, of a client or to an upstream, stays open."""
    drain_timeout: float = 30.0
    """Seconds running requests get to end after SIGTERM."""
    start_deadline: float = 120.0
    """Seconds after a request's start in which its last attempt may begin."""
    max_connections: int = 8192
    """Client connections open at once, per worker."""
    max_head_bytes: int = 65_536
    """Size of a request's head."""
    max_header_count: int = 200
    """Header fields in a request."""
    max_body_bytes: int = 33_554_432
    """Size of a request body on `/v1/*`; the API's own limit for messages is 32 MB."""
    max_batch_body_bytes: int = 268_435_456
    """Size of a request body on `/v1/messages/batches`."""
    max_file_body_bytes: int = 524_288_000
    """Size of a request body on `/v1/files`."""
    replay_limit_bytes: int = 33_554_432
    """Bodies up to this size are kept until answered, to try another account; larger ones are streamed to one."""

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        items = msgspec.structs.asdict(self).items()
        return [(name, "…" if value and name in SECRETS else value) for name, value in items]

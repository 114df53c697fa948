"""Every setting with its default and meaning. Read once at start (`settings_sources.load_settings`) and passed down."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

SECRETS: frozenset[str] = frozenset({"token", "database_url", "https_proxy"})
"""Fields that hold a secret or may hold one: never printed, logged or sent to a process that does not need them."""

STRATEGIES: tuple[str, ...] = ("session", "round-robin", "least-requests", "weighted", "headroom")
"""Names of the policies that exist; `balancing.policies.named` has a class for each."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One server's configuration. The field's name in upper case is its variable, also with a `CLAUDEFLARE_` prefix."""

    port: int = 8080
    """Public port. 0 picks a free one."""
    host: str = "127.0.0.1"
    """Public address. Anything but loopback needs a client key and a control token set by the owner."""
    lb_strategy: str = "session"
    """Policy that picks the account."""
    session_outranks_priority: bool = True
    """Whether a session stays on its account while one of a better priority is free. False: it moves there."""
    account_reserve: float = 1.0
    """Share of a usage window from which an account is left alone, unless it has its own. 1: it is used to the end."""
    allow_extra_usage: bool = True
    """Whether accounts that do not say themselves may be used beyond their plan, as paid extra usage."""
    session_duration: int = 18_000_000
    """Milliseconds a session stays bound to its account after its last request."""
    log_level: Literal["debug", "info", "warn", "error"] = "info"
    """Least severe level that is logged."""
    log_format: Literal["pretty", "json", "none"] = "pretty"
    """`pretty` for people, `json` one object a line for collectors, `none`: to the data directory's log files alone."""
    retry_attempts: int = 3
    """Attempts per request that may fail by 5xx, 529 or connection. Attempts that end in a limit are not counted."""
    retry_delay_ms: int = 1000
    """First back-off before trying again on the same account, in milliseconds; jittered."""
    retry_backoff: float = 2.0
    """Factor from one back-off to the next."""
    data_retention_days: int = 7
    """Days payloads are kept."""
    payloads: Literal["on", "off"] = "on"
    """Whether what is sent to and answered by `/v1/messages` and its like is recorded, credentials left out."""
    payload_limit_bytes: int = 4_194_304
    """How much of one request's or one answer's body is recorded."""
    payload_queue_bytes: int = 67_108_864
    """Memory, per worker, for bodies on their way to the disk; those that find no room are not recorded."""
    payload_min_free_bytes: int = 268_435_456
    """Free space on the data directory's disk below which payloads are not recorded, so that requests still are."""
    payload_max_bytes: int = 2_147_483_648
    """Disk space that payloads may take; beyond it the oldest are deleted."""
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
    secret_keyring: Literal["off", "on"] = "off"  # noqa: S105 a choice, not a secret
    """Whether that key is kept in the desktop's keyring (Secret Service, KWallet, Keychain) instead of a file."""
    client_key_file: str = ""
    """File of client keys, one `name key` a line, mode 0600. Beside those made by `claudeflare keys add`."""
    caller_credential: Literal["without-accounts", "first", "only"] = "without-accounts"
    """When the caller's own credential is used: while there is no account; before any account; instead of accounts."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names beside loopback that a request may name. Comma separated."""
    public_url: str = ""
    """URL by which browsers and clients reach the server where it is not the one it listens on, as behind TLS."""
    oauth_client_id: str = ""
    """Id of the OAuth client that accounts of modes `max` and `console` are signed in with. Empty: they cannot be."""
    oauth_authorize_url: str = ""
    """Page on which its owner allows that. Empty: claude.ai's for `max`, the Claude Console's for `console`."""
    oauth_token_url: str = "https://platform.claude.com/v1/oauth/token"  # noqa: S105 an address, not a secret
    """Where codes and refresh tokens become tokens."""
    oauth_redirect_uri: str = "https://platform.claude.com/oauth/code/callback"
    """Where that page leads: it shows the code to paste. It has to be registered for the client."""
    oauth_scopes: str = ""
    """What is asked for, space separated. Empty: what the mode needs and no more."""
    oauth_api_key_url: str = "https://api.anthropic.com/api/oauth/claude_cli/create_api_key"
    """Where mode `console` has an API key made."""
    ssl_cert_file: str = ""
    """Certificate authorities to trust for upstreams. Empty: the system's."""
    https_proxy: str = ""
    """HTTP proxy through which https upstreams are reached, by CONNECT. Empty: none."""
    no_proxy: tuple[str, ...] = ()
    """Hosts, `.domains`, addresses, CIDR networks reached without it; `*` for all. Comma separated. Loopback always."""

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
    """Seconds after a request's start in which its last attempt may begin; time in the queue does not count."""
    queue_max_wait: float = 60.0
    """Longest time in seconds a request waits for an account when all are limited. 0: it is refused at once."""
    queue_limit: int = 1024
    """Requests that may wait at once, per worker."""
    queue_limit_bytes: int = 268_435_456
    """Bytes of request bodies that may be held for those, per worker."""
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

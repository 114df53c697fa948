"""Which values each setting allows, and how its text becomes one."""

from __future__ import annotations

import ipaddress
import math
import os.path
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin
from urllib.parse import SplitResult, urlsplit

import msgspec

from claudeflare.settings import STRATEGIES, Settings

FIELDS: Final[Mapping[str, msgspec.structs.FieldInfo]] = {
    field.name: field for field in msgspec.structs.fields(Settings)
}

_HIDDEN: Final = "…"
_DAY: Final = 86_400
_URL_FIELDS: Final = frozenset(
    {
        "upstream_url",
        "public_url",
        "database_url",
        "https_proxy",
        "oauth_authorize_url",
        "oauth_token_url",
        "oauth_redirect_uri",
        "oauth_api_key_url",
    }
)
_PATH_FIELDS: Final = frozenset({"home", "token_file", "client_key_file", "secret_key_file", "ssl_cert_file"})
_OAUTH_URL: Final = "an http:// or https:// URL without credentials, query or fragment"
_NO_PROXY: Final = re.compile(r"[\w.*:/%\[\]-]+\Z", re.ASCII)
_HOST_NAME: Final = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?\Z")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value must fulfil beyond its type; `allowed` completes the sentence "allowed: …"."""

    allowed: str
    accepts: Callable[[Any], bool]
    choices: tuple[str, ...] = ()


def _number(least: float, most: float, what: str = "a whole number") -> Rule:
    return Rule(f"{what} from {least:.0f} to {most:.0f}", lambda value: least <= value <= most)


def _seconds(most: float = 7 * _DAY) -> Rule:
    return Rule(f"seconds above 0, up to {most:.0f}", lambda value: 0 < value <= most)


def _choice(*choices: str) -> Rule:
    return Rule(", ".join(choices), lambda value: value in choices, choices)


def _is_host(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return _HOST_NAME.match(value) is not None
    return True


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is not a port
    except ValueError:
        return None
    return None if re.search(r"[\s\x00-\x1f]", url) else parts


def _is_upstream(url: str) -> bool:
    parts = _split(url)
    return parts is not None and (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and not parts.query
        and not parts.fragment
    )


def _is_server(url: str) -> bool:
    return _is_upstream(url) and urlsplit(url).path in ("", "/")


def _is_oauth(url: str) -> bool:
    return _is_upstream(url) and url.isascii()


def _is_proxy(url: str) -> bool:
    if not url:
        return True
    parts = _split(url if "://" in url else f"http://{url}")
    return parts is not None and (
        parts.scheme == "http"
        and bool(parts.hostname)
        and parts.path in ("", "/")
        and not parts.query
        and not parts.fragment
    )


def _is_database(url: str) -> bool:
    if url == "":
        return True
    parts = _split(url)
    if parts is None or parts.fragment:
        return False
    if parts.scheme == "sqlite":
        return not parts.netloc and len(parts.path) > 1
    return parts.scheme == "postgresql" and len(parts.path) > 1


_SWITCH: Final = Rule("true or false", lambda value: isinstance(value, bool))

RULES: Final[Mapping[str, Rule]] = {
    "port": _number(0, 65_535),
    "host": Rule("an IP address or a host name, without port", _is_host),
    "lb_strategy": _choice(*STRATEGIES),
    "session_outranks_priority": _SWITCH,
    "account_reserve": Rule("a share above 0, up to 1", lambda value: 0 < value <= 1),
    "allow_extra_usage": _SWITCH,
    "session_duration": _number(1, 3650 * _DAY * 1000, "milliseconds"),
    "log_level": _choice(*get_args(FIELDS["log_level"].type)),
    "log_format": _choice(*get_args(FIELDS["log_format"].type)),
    "retry_attempts": _number(1, 100),
    "retry_delay_ms": _number(0, 600_000, "milliseconds"),
    "retry_backoff": _number(1, 100, "a factor"),
    "data_retention_days": _number(0, 36_500, "days"),
    "payloads": _choice(*get_args(FIELDS["payloads"].type)),
    "payload_limit_bytes": _number(1, 15 * 2**20, "bytes"),
    "payload_queue_bytes": _number(65_536, 2**40, "bytes"),
    "payload_min_free_bytes": _number(0, 2**50, "bytes"),
    "payload_max_bytes": _number(0, 2**50, "bytes"),
    "request_retention_days": _number(1, 36_500, "days"),
    "home": Rule("a directory", lambda value: not value or not os.path.exists(value) or os.path.isdir(value)),
    "upstream_url": Rule("an http:// or https:// URL without credentials, query or fragment", _is_upstream),
    "database_url": Rule("sqlite:///PATH or postgresql://USER@HOST/DATABASE", _is_database),
    "workers": _number(1, 64),
    "token": Rule("printable ASCII without spaces", lambda value: re.fullmatch(r"[!-~]*", value) is not None),
    "token_file": Rule("a file that exists", lambda value: not value or os.path.isfile(value)),
    "secret_key_file": Rule("a file, or the name of one to be made", lambda value: not os.path.isdir(value)),
    "secret_keyring": _choice(*get_args(FIELDS["secret_keyring"].type)),
    "client_key_file": Rule("a file that exists", lambda value: not value or os.path.isfile(value)),
    "caller_credential": _choice(*get_args(FIELDS["caller_credential"].type)),
    "allowed_hosts": Rule(
        "host names without scheme or port, comma separated; * for any",
        lambda hosts: all(host == "*" or _is_host(host) for host in hosts),
    ),
    "public_url": Rule("an http:// or https:// URL without path", lambda url: not url or _is_server(url)),
    "oauth_client_id": Rule("printable ASCII without spaces", lambda value: re.fullmatch(r"[!-~]*", value) is not None),
    "oauth_authorize_url": Rule(_OAUTH_URL, lambda url: not url or _is_oauth(url)),
    "oauth_token_url": Rule(_OAUTH_URL, _is_oauth),
    "oauth_redirect_uri": Rule(_OAUTH_URL, _is_oauth),
    # RFC 6749, 3.3.
    "oauth_scopes": Rule("scopes, space separated", lambda value: re.fullmatch(r"[!#-\[\]-~ ]*", value) is not None),
    "oauth_api_key_url": Rule(_OAUTH_URL, _is_oauth),
    "ssl_cert_file": Rule("a file that exists", lambda value: not value or os.path.isfile(value)),
    "https_proxy": Rule("the URL of an HTTP proxy, http://[USER:PASSWORD@]HOST:PORT", _is_proxy),
    "no_proxy": Rule(
        "host names, .domains, addresses or networks, each with :PORT if need be, comma separated; * for all",
        lambda entries: all(_NO_PROXY.match(entry) for entry in entries),
    ),
    "connect_timeout": _seconds(),
    "first_byte_timeout": _seconds(),
    "idle_timeout": _seconds(),
    "head_timeout": _seconds(),
    "keep_alive_timeout": _seconds(),
    "drain_timeout": _seconds(),
    "start_deadline": _seconds(),
    "queue_max_wait": _number(0, 86_400, "seconds"),
    "queue_limit": _number(0, 1_000_000),
    "queue_limit_bytes": _number(0, 2**40, "bytes"),
    "max_connections": _number(1, 1_000_000),
    "max_head_bytes": _number(1024, 16_777_216, "bytes"),
    "max_header_count": _number(10, 10_000),
    "max_body_bytes": _number(1, 2**40, "bytes"),
    "max_batch_body_bytes": _number(1, 2**40, "bytes"),
    "max_file_body_bytes": _number(1, 2**40, "bytes"),
    "replay_limit_bytes": _number(0, 2**32, "bytes"),
}
"""One rule for each setting; a test compares the two lists."""


def read_value(name: str, raw: object) -> Any:
    """What `raw` (text, or a TOML value) means for setting `name`. Raises `ValueError` when that is not allowed."""
    kind = FIELDS[name].type
    value = raw.strip() if isinstance(raw, str) else raw
    if isinstance(value, str):
        value = _from_text(name, kind, value)
    value = msgspec.convert(value, kind, strict=False)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not a finite number")
    if not RULES[name].accepts(value):
        raise ValueError("outside what is allowed")
    return value


def _from_text(name: str, kind: object, text: str) -> object:
    if get_origin(kind) is tuple:
        return tuple(item for part in text.split(",") if (item := part.strip().lower()))
    if get_origin(kind) is Literal:
        return text.lower()
    if name in _PATH_FIELDS and text:
        return _absolute(text)
    return text.rstrip("/") if name in ("upstream_url", "public_url") else text


def _absolute(text: str) -> str:
    try:
        return str(Path(text).expanduser().absolute())
    except RuntimeError as error:  # "~name" of a user who does not exist
        raise ValueError(str(error)) from error


def shown_value(name: str, raw: object) -> str | None:
    """The value as it may be printed; None when it is a secret. A URL that may hold a password is cut to its scheme."""
    if name == "token":
        return None
    text = str(raw)
    if name in _URL_FIELDS and re.search(r"[@?]", text):
        return f"{text.partition('://')[0]}://{_HIDDEN}" if "://" in text else _HIDDEN
    return text

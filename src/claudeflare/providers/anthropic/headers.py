"""Header fields on their way up and down. On the path of every request: one dictionary lookup a field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from claudeflare.providers.provider import Credential, Fields, Named

OAUTH_BETA: Final = b"oauth-2025-04-20"
"""Must be among the values of `anthropic-beta` for the API to take a bearer token."""

_HOP_BY_HOP = (b"connection", b"keep-alive", b"te", b"trailer", b"trailers", b"transfer-encoding", b"upgrade")
"""RFC 9110 section 7.6.1, and both spellings of trailer: RFC 2616 listed the wrong one."""

_ORDINARY: Final = [b"keep-alive"]

_KEEP: Final = 0
_DROP: Final = 1
_CONNECTION: Final = 2
_CREDENTIAL: Final = 3

REMEMBERED_NAMES: Final = 256
"""Names whose fate is remembered: clients send the same ones again and again, and may send any number of others."""

_REQUEST: Final[dict[bytes, int]] = {
    **dict.fromkeys((*_HOP_BY_HOP, b"host", b"content-length", b"expect", b"cookie", b"http2-settings"), _DROP),
    b"connection": _CONNECTION,
    b"x-api-key": _CREDENTIAL,
    b"authorization": _CREDENTIAL,
}
_REQUEST_PREFIXES = (b"proxy-", b"x-claudeflare-")

_RESPONSE: Final[dict[bytes, int]] = {
    **dict.fromkeys((*_HOP_BY_HOP, b"content-length", b"set-cookie", b"set-cookie2"), _DROP),
    **dict.fromkeys((b"proxy-authenticate", b"proxy-authentication-info", b"proxy-connection"), _DROP),
    b"connection": _CONNECTION,
}


def request_fields(fields: Fields, credential: Credential | None) -> list[tuple[bytes, bytes]]:
    """The fields to send upstream, in order and otherwise untouched, with exactly `credential` if there is one."""
    fates = _request_fates
    kept: list[tuple[bytes, bytes]] = []
    nominations: list[bytes] = []
    for field in fields:
        fate = fates[field[0]]
        if fate == _KEEP or (fate == _CREDENTIAL and credential is None):
            kept.append(field)
        elif fate == _CONNECTION:
            nominations.append(field[1])
    if nominations:
        kept = _without_nominated(kept, nominations)
    if credential is not None:
        # After the nominated ones are gone: `connection: x-api-key` must not strip what we set.
        _add_credential(kept, credential)
    return kept


def response_fields(fields: Fields) -> list[tuple[bytes, bytes]]:
    """The fields to send to the client, in order and otherwise untouched."""
    fates = _response_fates
    kept: list[tuple[bytes, bytes]] = []
    nominations: list[bytes] = []
    for field in fields:
        fate = fates[field[0]]
        if fate == _KEEP:
            kept.append(field)
        elif fate == _CONNECTION:
            nominations.append(field[1])
    return _without_nominated(kept, nominations) if nominations else kept


def first_value(fields: Fields, name: bytes) -> str | None:
    """The first value of `name` (given in lower case) as text, None when absent or empty."""
    size = len(name)
    for field, value in fields:
        if len(field) == size and field.lower() == name:
            return value.strip().decode("latin-1") or None
    return None


def stated(named: Named, name: bytes) -> str | None:
    """The value of `name` (given in lower case) as text, None when absent or empty."""
    value = named.get(name)
    return value.strip().decode("latin-1") or None if value is not None else None


def all_values(fields: Fields, name: bytes) -> bytes:
    """Every value of `name` (given in lower case) as one comma-separated list."""
    size = len(name)
    return b",".join([value for field, value in fields if len(field) == size and field.lower() == name])


class _Fates(dict[bytes, int]):
    """What becomes of a field, by its name as it came. (functools.lru_cache costs twice as much.)"""

    def __init__(self, decide: Callable[[bytes], int]) -> None:
        super().__init__()
        self._decide = decide

    def __missing__(self, name: bytes) -> int:
        if len(self) >= REMEMBERED_NAMES:
            self.clear()
        fate = self[name] = self._decide(name.lower())
        return fate


def _request_fate(name: bytes) -> int:
    return _REQUEST.get(name, _DROP if name.startswith(_REQUEST_PREFIXES) else _KEEP)


def _response_fate(name: bytes) -> int:
    return _RESPONSE.get(name, _KEEP)


_request_fates: Final = _Fates(_request_fate)
_response_fates: Final = _Fates(_response_fate)


def _without_nominated(fields: list[tuple[bytes, bytes]], nominations: list[bytes]) -> list[tuple[bytes, bytes]]:
    """RFC 9110 section 7.6.1: what `connection` names is between the two ends of that connection."""
    if nominations == _ORDINARY:
        return fields
    names = {name.strip().lower() for value in nominations for name in value.split(b",")}
    if names <= {b"keep-alive", b"close", b"upgrade", b"te", b""}:
        return fields
    return [field for field in fields if field[0].lower() not in names]


def _add_credential(fields: list[tuple[bytes, bytes]], credential: Credential) -> None:
    secret = credential.secret.encode()
    if credential.kind == "api-key":
        fields.append((b"x-api-key", secret))
    elif credential.kind == "bearer":
        _ask_for_oauth(fields)
        fields.append((b"authorization", b"Bearer " + secret))
    else:
        raise ValueError(f"no such kind of credential: {credential.kind!r}; known are 'api-key' and 'bearer'")


def _ask_for_oauth(fields: list[tuple[bytes, bytes]]) -> None:
    """Put `OAUTH_BETA` behind the client's own beta values, unless it is among them."""
    last: int | None = None
    for index, (name, value) in enumerate(fields):
        if name.lower() == b"anthropic-beta":
            if OAUTH_BETA in [beta.strip() for beta in value.split(b",")]:
                return
            last = index
    if last is None:
        fields.append((b"anthropic-beta", OAUTH_BETA))
    else:
        name, value = fields[last]
        fields[last] = (name, value.rstrip() + b"," + OAUTH_BETA if value.strip() else OAUTH_BETA)

"""Faults on command: which request is to fail, and how.

A fault is written `NAME[;key=value…]`, for instance `abort-mid-stream;after=3;how=fin`. It comes with one request
(header x-simulator-fault, several separated by commas) or as a rule for an account or for all, some times or always.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from claudeflare.errors import InvalidInput

ANSWERS = (
    "400-credit", "400-disabled", "400-own-limit", "401", "401-revoked", "402", "403-account", "413", "429-bucket",
    "429-contract", "429-model-window", "429-ramp", "429-spend", "429-window", "429-windowless", "500", "502", "503",
    "504", "520", "529", "html-502", "not-authorized-use", "on-hold", "status",
)  # fmt: skip
"""Instead of an answer, an error (see `error_variants`)."""
IN_STREAM = ("529-first-event", "error-mid-stream")
"""An error event within a stream; a request that does not stream gets the error as its answer."""
ON_THE_WIRE = ("reset-before-answer", "close-before-answer", "abort-mid-stream", "stall", "slow-first-byte")
"""The connection misbehaves."""
ENCODINGS = ("gzip", "br", "zstd")
"""The answer is compressed, if the client accepts that."""
NAMES = (*ANSWERS, *IN_STREAM, *ON_THE_WIRE, *ENCODINGS, "chunk-bytes")


class Fault(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True, omit_defaults=True):
    """One fault with its parameters; each fault uses those that mean something to it."""

    name: str
    after: int | None = None
    """Events sent before it strikes. Left out: 3; for `stall` not even the head of the answer."""
    seconds: float | None = None
    """Simulated: how long `slow-first-byte` (2) and `stall` (for ever) last; when a window resets."""
    retry_after: float | None = None
    """Seconds in the header of a 429."""
    how: Literal["rst", "fin"] = "rst"
    """How `abort-mid-stream` ends the connection."""
    claim: str | None = None
    """The window of `429-window` (five_hour) and `429-model-window` (seven_day_overage_included)."""
    code: int | None = None
    """The status of `status`, from 400 to 599."""
    type: str | None = None
    """The error type of `error-mid-stream` (overloaded_error) and of `status`."""
    error_code: str | None = None
    """`error.details.error_code` of `status`."""
    message: str | None = None
    """The error's message instead of its usual one."""


def parse_fault(text: str) -> Fault:
    """The fault written as `NAME[;key=value…]`. Raises InvalidInput naming what is allowed."""
    return make_fault(*split_fault(text), text)


def parse_faults(header: str) -> list[Fault]:
    """The faults of a comma list."""
    return [parse_fault(part) for part in header.split(",") if part.strip()]


def first_of(faults: Sequence[Fault], names: Sequence[str]) -> Fault | None:
    """The first fault of one of these names."""
    return next((fault for fault in faults if fault.name in names), None)


def split_fault(text: str) -> tuple[str, dict[str, str]]:
    """Name and parameters as they are written. Raises InvalidInput."""
    name, *pairs = (part.strip() for part in text.split(";"))
    parameters: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise InvalidInput(f"The fault {text!r} is not right: write its parameters as key=value.")
        parameters[key.strip()] = value.strip()
    return name, parameters


def make_fault(name: str, parameters: dict[str, Any], text: str) -> Fault:
    """The fault of this name. Raises InvalidInput, quoting `text`."""
    if name not in NAMES:
        raise InvalidInput(f"There is no fault {name!r}. Faults are: {', '.join(NAMES)}.")
    try:
        fault = msgspec.convert({**parameters, "name": name}, Fault, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"The fault {text!r} is not right: {error}.") from error
    if name == "status" and not (fault.code is not None and 400 <= fault.code <= 599):
        raise InvalidInput(f"The fault {text!r} needs a code from 400 to 599: status;code=503.")
    if fault.seconds is not None and not fault.seconds >= 0:
        raise InvalidInput(f"The fault {text!r} is not right: seconds must be at least 0.")
    if fault.after is not None and fault.after < 0:
        raise InvalidInput(f"The fault {text!r} is not right: after must be at least 0.")
    return fault

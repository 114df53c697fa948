"""What a server's answer means to a caller: a good one passes, any other becomes the error that fits, in its words."""

from __future__ import annotations

from typing import Any

import httpx2

from claudeflare.errors import (
    ClaudeflareError,
    Conflict,
    InvalidInput,
    NotFound,
    TermsNotAccepted,
    Unauthorized,
    Unreachable,
)

_ERRORS: dict[int, type[ClaudeflareError]] = {
    400: InvalidInput,
    403: Unauthorized,
    404: NotFound,
    409: Conflict,
    413: InvalidInput,
    422: InvalidInput,
    502: Unreachable,
    503: Unreachable,
    504: Unreachable,
}


def checked(response: httpx2.Response, where: str, token_source: str) -> httpx2.Response:
    """The response, if it is a 2xx with JSON or nothing in it. Raises the error that fits otherwise."""
    if response.status_code == 401:
        raise Unauthorized(
            f"{where} refused the control token from {token_source}: {_words(response)} "
            "`claudeflare token` on the server's machine prints the right one."
        )
    if response.status_code == 400 and _field(response, "code") == "terms_not_accepted":
        raise TermsNotAccepted(_words(response), _field(response, "details"))
    if not response.is_success:
        raise _ERRORS.get(response.status_code, ClaudeflareError)(_words(response))
    if response.content and "json" not in response.headers.get("content-type", ""):
        raise Unreachable(f"{where} answers, but not as a Claudeflare server; check the URL.")
    return response


def _field(response: httpx2.Response, name: str) -> Any:
    """A field of an error of ours; None where it is none."""
    try:
        body = response.json()
    except ValueError:
        return None
    return body.get(name) if isinstance(body, dict) else None


def _words(response: httpx2.Response) -> str:
    """The server's own message; for a body that is not ours, the status."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict):
        error = body.get("error")
        if isinstance(error, str) and error:
            return error
        # Anthropic's shape: the gateway answers in it when control is down.
        if isinstance(error, dict) and isinstance(error.get("message"), str):
            return str(error["message"])
    return f"The server answered {response.status_code} {response.reason_phrase}."

"""What every answer of control tells browsers: run nothing foreign, show it in no frame, pass on no address."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

PAGE_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
"""For pages and what they load (CSP Level 3). Styles may stand in a page: component libraries write them there, and
they run nothing."""
DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
"""For data: shown by itself, it is nothing that could run."""

ALWAYS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def with_security_headers(send: Send, *, is_data: bool) -> Send:
    """`send`, adding the fields to the answer's head. Data is also kept by no cache."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in ALWAYS.items():
                headers[name] = value
            shown = headers.get("content-type", "").startswith("text/html")
            headers["content-security-policy"] = DATA_POLICY if is_data and not shown else PAGE_POLICY
            if is_data:
                headers["cache-control"] = "no-store"
        await send(message)

    return sending

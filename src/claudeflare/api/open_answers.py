"""Ends answers that go on, such as streams of events, once what let their reader in opens nothing any more."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import Message, Send


class NoLongerAdmitted(OSError):
    """Raised in whoever goes on sending; an `OSError`, because so a client shows that is gone."""


def ending_send(send: Send, admitted: Callable[[], bool]) -> Send:
    """`send`, which ends the answer instead of going on with it once `admitted` is false."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.body" and message.get("more_body", False) and not admitted():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            raise NoLongerAdmitted
        await send(message)

    return sending

"""Blocking questions to the system, which may hang for good: asked in threads that nobody has to wait for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def detached(ask: Callable[[], T]) -> T:
    """`ask()` in a thread of its own. When the caller gives up, the thread is left behind.

    `asyncio.to_thread` would not do: the interpreter waits for its threads at the end, however long they hang.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def deliver(result: T | None, error: BaseException | None) -> None:
        if answer.done():  # given up
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]  # without an error it is the result

    def run() -> None:
        result, failure = None, None
        try:
            result = ask()
        except BaseException as error:
            failure = error
        try:
            loop.call_soon_threadsafe(deliver, result, failure)
        except RuntimeError:
            pass  # the loop is closed: nobody is there any more

    threading.Thread(target=run, daemon=True, name="check").start()
    return await answer

"""Work that is done at the start and then again and again, whatever fails, in small steps."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from claudeflare.errors import StorageError

log = logging.getLogger(__name__)

PAUSE_SECONDS: Final = 0.05
"""Between two transactions: the database and the disk belong to others most of the time."""


def run_rounds(
    work: Callable[[threading.Event], object],
    what: str,
    seconds: float,
    stop: threading.Event,
    done: str = "deleted",
) -> None:
    """Now and every so many seconds until `stop` is set. What fails is tried again the next time.

    `what` and `done` name it in the log: "records past their retention", "deleted".
    """
    while not stop.is_set():
        try:
            work(stop)
        except StorageError as error:
            log.error(
                "%s could not be %s; the next attempt is in %s: %s",
                what,
                done,
                _in_words(seconds),
                error,
            )
        stop.wait(seconds)


def in_batches(delete: Callable[[int], int], most: int, stop: threading.Event) -> int:
    """Delete until a batch finds fewer than `most`, or until `stop`; how many that were.

    `delete(most)` takes one batch in a transaction of its own and says how many it found.
    """
    total = 0
    while not stop.is_set():
        deleted = delete(most)
        total += deleted
        if deleted < most:
            break
        stop.wait(PAUSE_SECONDS)
    return total


def _in_words(seconds: float) -> str:
    if seconds == 3600:
        return "an hour"
    return "a minute" if seconds == 60 else f"{seconds / 60:.0f} minutes"

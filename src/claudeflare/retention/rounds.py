"""Work that is done at the start and then again and again, whatever fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from claudeflare.errors import StorageError

log = logging.getLogger(__name__)


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


def _in_words(seconds: float) -> str:
    if seconds == 3600:
        return "an hour"
    return "a minute" if seconds == 60 else f"{seconds / 60:.0f} minutes"

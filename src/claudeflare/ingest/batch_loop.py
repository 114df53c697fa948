"""Batch after batch, until told to stop; patiently while the store or the disk fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from claudeflare.errors import StorageError

log = logging.getLogger(__name__)

FIRST_BACKOFF_SECONDS: Final = 0.5
LONGEST_BACKOFF_SECONDS: Final = 10.0


def run_batches(batch: Callable[[], float], stop: threading.Event, what: str) -> None:
    """Call `batch` until `stop` is set; it moves what there is and gives the seconds to pause, 0.0 when there is more.

    While it raises `StorageError` or `OSError` nothing is lost: the journal is kept, and it is called again, ever less
    often. `what` is moved, for the log.
    """
    backoff = 0.0
    while not stop.is_set():
        try:
            pause = batch()
        except (StorageError, OSError) as error:
            if not backoff:
                log.error("%s stay in the journal until they can be stored: %s", what, error)
            backoff = min(max(2 * backoff, FIRST_BACKOFF_SECONDS), LONGEST_BACKOFF_SECONDS)
            stop.wait(backoff)
            continue
        if backoff:
            backoff = 0.0
            log.warning("%s are stored again", what)
        if pause:
            stop.wait(pause)

"""Answers a gateway's question where things are: from the database, and from what has not reached it yet."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from claudeflare.balancing.change import Pinned
from claudeflare.control.pending_changes import PendingChanges
from claudeflare.errors import ClaudeflareError
from claudeflare.gateway.messages import PinAnswer, PinQuestion

log = logging.getLogger(__name__)

FindPins = Callable[[Sequence[str]], Sequence[Pinned]]
"""`PinStore.find` as of now; called in another thread."""


async def answer_pins(question: PinQuestion, find: FindPins, recent: PendingChanges) -> PinAnswer:
    """What is known of the ids. A database that fails is no reason to say that nothing is."""
    try:
        stored = await asyncio.to_thread(find, question.ids)
    except ClaudeflareError as error:
        log.error("a gateway cannot be told which account holds %s: %s", ", ".join(question.ids), error)
        return PinAnswer(question.number, failed=True)
    pins = {pin.id: pin for pin in stored}
    # Looked at last: what another gateway has told meanwhile is newer than what was read.
    for thing in question.ids:
        change = recent.about(("pin", thing))
        if isinstance(change, Pinned):
            pins[thing] = change
        elif change is not None:
            pins.pop(thing, None)
    return PinAnswer(question.number, list(pins.values()))

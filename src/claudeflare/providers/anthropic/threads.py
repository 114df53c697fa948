"""Which message thread a request begins or goes on with (beta `message-threads-2026-08-12`).

The API keeps a thread for five minutes after its last turn and for an hour at most, in the workspace that made it. In
any other it answers 404 `thread_not_found`, and clients then send the conversation whole.
"""

from __future__ import annotations

import re
from typing import Final

from claudeflare.providers.anthropic import json_shapes
from claudeflare.providers.anthropic.json_shapes import Thread
from claudeflare.providers.anthropic.lenient_json import UNREADABLE, RawJson, text
from claudeflare.providers.provider import ThreadTurn

_CONTINUE: Final = "continue"
_MESSAGE_ID = re.compile(r"msg_[0-9A-Za-z_]{4,120}\Z")


def turn_of(thread: Thread, *, session_stated: bool) -> ThreadTurn:
    """What the field `thread` of a request says."""
    previous = thread.previous_message_id
    known = thread.type == _CONTINUE and previous is not None and _MESSAGE_ID.match(previous) is not None
    return ThreadTurn(previous if known else None, session_stated)


def thread_in(raw: RawJson) -> Thread | None:
    """The field `thread` of a request in which something is not what it should be."""
    try:
        odd = json_shapes.odd_thread.decode(raw)
    except UNREADABLE:
        return None
    return Thread(text(odd.type), text(odd.previous_message_id))

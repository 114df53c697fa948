"""The parts that are looked at in requests, answers and events, as msgspec decodes them.

Never compiled: mypyc would lose what msgspec reads from the annotations.

A value that stands in a record whole, or that may be anything, is `Raw`: skipping JSON is much faster than building it.
"""

from __future__ import annotations

from typing import Final

import msgspec


class Metadata(msgspec.Struct):
    """`metadata` of a request."""

    user_id: str | None = None


class Thread(msgspec.Struct):
    """`thread` of a request."""

    type: str | None = None
    previous_message_id: str | None = None


class Message(msgspec.Struct):
    """One message of a conversation, its values as they stand."""

    role: msgspec.Raw = msgspec.Raw()
    content: msgspec.Raw = msgspec.Raw()


class Block(msgspec.Struct):
    """One content block of a message."""

    text: msgspec.Raw = msgspec.Raw()
    source: msgspec.Raw = msgspec.Raw()


class Body(msgspec.Struct):
    """A request."""

    model: str | None = None
    stream: bool | None = None
    metadata: Metadata | None = None
    tools: msgspec.Raw = msgspec.Raw()
    system: msgspec.Raw = msgspec.Raw()
    messages: list[Message] = []
    thread: Thread | None = None


class OddBody(msgspec.Struct):
    """A request in which one of them is not what it should be."""

    model: msgspec.Raw = msgspec.Raw()
    stream: msgspec.Raw = msgspec.Raw()
    metadata: msgspec.Raw = msgspec.Raw()
    tools: msgspec.Raw = msgspec.Raw()
    system: msgspec.Raw = msgspec.Raw()
    messages: msgspec.Raw = msgspec.Raw()
    thread: msgspec.Raw = msgspec.Raw()


class OddMetadata(msgspec.Struct):
    """`metadata` that may hold anything."""

    user_id: msgspec.Raw = msgspec.Raw()


class OddThread(msgspec.Struct):
    """`thread` that may hold anything."""

    type: msgspec.Raw = msgspec.Raw()
    previous_message_id: msgspec.Raw = msgspec.Raw()


class UserId(msgspec.Struct):
    """What Claude Code writes into `metadata.user_id`, as JSON within a string."""

    session_id: msgspec.Raw = msgspec.Raw()


class Document(msgspec.Struct):
    """A whole answer: a message or an error."""

    type: str | None = None
    id: str | None = None
    model: str | None = None
    stop_reason: str | None = None
    usage: msgspec.Raw = msgspec.Raw()
    error: msgspec.Raw = msgspec.Raw()
    container: msgspec.Raw = msgspec.Raw()
    expires_at: msgspec.Raw = msgspec.Raw()


class OddDocument(msgspec.Struct):
    """An answer in which one of them is not what it should be."""

    type: msgspec.Raw = msgspec.Raw()
    id: msgspec.Raw = msgspec.Raw()
    model: msgspec.Raw = msgspec.Raw()
    stop_reason: msgspec.Raw = msgspec.Raw()
    usage: msgspec.Raw = msgspec.Raw()
    error: msgspec.Raw = msgspec.Raw()
    container: msgspec.Raw = msgspec.Raw()
    expires_at: msgspec.Raw = msgspec.Raw()


class Event(msgspec.Struct):
    """An event of a stream."""

    type: str = ""
    message: msgspec.Raw = msgspec.Raw()
    delta: msgspec.Raw = msgspec.Raw()
    usage: msgspec.Raw = msgspec.Raw()
    error: msgspec.Raw = msgspec.Raw()


class EventMessage(msgspec.Struct):
    """`message` of `message_start`, and the `delta` of `message_delta`."""

    id: msgspec.Raw = msgspec.Raw()
    model: msgspec.Raw = msgspec.Raw()
    stop_reason: msgspec.Raw = msgspec.Raw()
    usage: msgspec.Raw = msgspec.Raw()
    container: msgspec.Raw = msgspec.Raw()


body: Final = msgspec.json.Decoder(Body)
odd_body: Final = msgspec.json.Decoder(OddBody)
odd_metadata: Final = msgspec.json.Decoder(OddMetadata)
odd_thread: Final = msgspec.json.Decoder(OddThread)
user_id: Final = msgspec.json.Decoder(UserId)
messages: Final = msgspec.json.Decoder(list[msgspec.Raw])
message: Final = msgspec.json.Decoder(Message)
blocks: Final = msgspec.json.Decoder(list[Block])
document: Final = msgspec.json.Decoder(Document)
odd_document: Final = msgspec.json.Decoder(OddDocument)
event: Final = msgspec.json.Decoder(Event)
event_message: Final = msgspec.json.Decoder(EventMessage)

"""Which ids a request names and an answer shows of things that exist in one account (strictly: workspace) only.

Batches, files, skills, containers and what else the API keeps for a workspace; another account answers 404 for them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from claudeflare.providers.anthropic.decompression import inflated_start
from claudeflare.providers.anthropic.lenient_json import UNREADABLE, RawJson, text
from claudeflare.providers.provider import Holding, Named, Ties

BODY_KINDS: Final = ("file", "container", "skill")
"""Kinds of ids that stand in bodies of messages and batches."""
ID_LIMIT: Final = 200
"""Distinct ids looked at in one request or answer: `GET /v1/files?ids[]=…` takes 100."""
INFLATED_LIMIT: Final = 33_554_432
"""Bytes of a compressed request that are looked at: the API's own limit for messages."""
DAY: Final = 86_400.0
_KEEP: Final = {"msgbatch": 29 * DAY, "container": 30 * DAY}
"""Results of a batch are there for 29 days, a container for 30."""
_EXPIRING_FILE: Final = 90 * DAY
"""The longest `expires_in_seconds` of a file."""

_KEPT_TOGETHER: Final = frozenset({
    b"files", b"skills", b"user_profiles", b"agents", b"environments", b"sessions", b"vaults", b"deployments",
    b"deployment_runs", b"memory_stores", b"dreams", b"tunnels",
})  # fmt: skip
_NAMELESS_TYPES: Final = frozenset({"completion", "model"})
"""Answers with an `id` of something that is not kept or not an account's own."""

_ID = re.compile(r"[a-z]+_[0-9A-Za-z]{4,120}\Z")
_IN_QUERY = re.compile(r"=([a-z]+_[0-9A-Za-z]{4,120})(?=&|\Z)")
# Inside a JSON string quotes are escaped, so that no text can look like a key.
_FILE_KEY: Final = b'"file_id"'
_FILE = re.compile(rb'"file_id"\s*:\s*"(file_[0-9A-Za-z]{4,120})"')
_CONTAINER_KEY: Final = b'"container"'
_IN_CONTAINER = re.compile(rb'"(?:container|id|skill_id)"\s*:\s*"((?:container|skill)_[0-9A-Za-z]{4,120})"')


class _Container(msgspec.Struct):
    id: msgspec.Raw = msgspec.Raw()


_container = msgspec.json.Decoder(_Container)


def ties(method: bytes, target: bytes, named: Named, body: bytes | None, kinds: Collection[str]) -> Ties:
    """What ties a request to one account. Only ids of `kinds` are looked for in its body.

    New batches are work, to be spread like messages; all else that is kept is kept together.
    """
    path, _, query = target.decode("latin-1").partition("?")
    segments = path.encode("latin-1").split(b"/")[2:]
    is_batch = segments[:2] == [b"messages", b"batches"]
    collection = is_batch or (len(segments) > 0 and segments[0] in _KEPT_TOGETHER)
    ids: list[str] = []
    proven: tuple[Holding, ...] = ()
    if collection:
        rest = segments[2:] if is_batch else segments[1:]
        if rest and _ID.match(own := rest[0].decode("latin-1")):
            ids.append(own)
            proven = (_held(own),)
        ids += _IN_QUERY.findall(query)
    if body and kinds and _is_json(named):
        # Not proven by a good answer: a client's own tool may have ids that look like these.
        ids += ids_in_body(named.get(b"content-encoding", b""), body, kinds)
    return Ties(tuple(_distinct(ids)), proven, collection and not (is_batch and method == b"POST"))


def ids_in_body(encoding: bytes, body: bytes, kinds: Collection[str]) -> list[str]:
    """Ids of `kinds` in a request's JSON. Costs one search for each key that may come before one."""
    if encoding:
        body = inflated_start(encoding, body, INFLATED_LIMIT)
    found: list[bytes] = []
    if "file" in kinds and body.find(_FILE_KEY) >= 0:
        found += _FILE.findall(body)
    if ("container" in kinds or "skill" in kinds) and body.find(_CONTAINER_KEY) >= 0:
        found += _IN_CONTAINER.findall(body)
    return [each.decode("ascii") for each in found]


def of_thing(kind: str | None, thing: str | None, expires_at: RawJson) -> tuple[Holding, ...]:
    """What an answer that is one thing (or tells that it was deleted) shows; `kind` is its `type`."""
    if thing is None or kind in _NAMELESS_TYPES or not _ID.match(thing):
        return ()
    if kind is not None and kind.endswith("_deleted"):
        return (Holding(thing, deleted=True),)
    if expires_at and thing.startswith("file_") and text(expires_at) is not None:
        return (Holding(thing, _EXPIRING_FILE),)
    return (_held(thing),)


def of_message(container: RawJson, body: bytes | bytearray = b"") -> tuple[Holding, ...]:
    """What a message's `container` shows, and, given its whole body, the files that were made in it."""
    if bytes(container) == b"null":
        return ()  # nearly always
    try:
        own = text(_container.decode(container).id)
    except UNREADABLE:
        return ()
    if own is None or not _ID.match(own):
        return ()
    files = [each.decode("ascii") for each in _FILE.findall(body)]
    return tuple(_held(thing) for thing in _distinct([own, *files]))


def _held(thing: str) -> Holding:
    return Holding(thing, _KEEP.get(thing.partition("_")[0]))


def _is_json(named: Named) -> bool:
    """Uploads may hold anything, JSON with ids included."""
    stated = named.get(b"content-type", b"")
    return not stated or b"json" in stated.lower()


def _distinct(ids: Iterable[str]) -> list[str]:
    return [*dict.fromkeys(ids)][:ID_LIMIT]

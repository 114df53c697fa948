"""A week of requests as three people and a build machine would make them; the same every time."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from claudeflare.balancing.decision import Candidate, Pick
from claudeflare.journal.records import Attempt
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.records import PricedRequest
from harness.data_directory import DAY, NOW
from harness.live_batches import ended

HOUR = 3600.0
OPUS, SONNET, HAIKU = "claude-opus-4-6", "claude-sonnet-4-6", "claude-haiku-4-5"
PRICES = {OPUS: (5e-6, 25e-6), SONNET: (3e-6, 15e-6), HAIKU: (1e-6, 5e-6)}
"""USD for a token that is read and one that is written."""
CLAUDE_CODE, SDK = "claude-cli/2.1.78 (external, cli)", "Anthropic/Python 0.84.0"
LIMITED_AT = NOW - 780
"""From then on `home` is limited."""
MOVED = 9
"""Every ninth session meets a limit in its middle, and goes on elsewhere."""
_SOON: dict[str, Any] = {"duration_ms": 380.0, "first_byte_ms": 379.0, "first_content_ms": None, "response_bytes": 140}
_ENDINGS: tuple[dict[str, Any], ...] = (
    {"status": 529, "error_type": "overloaded_error", "error_message": "Overloaded", **_SOON},
    {"status": 499, "terminal_state": "client_closed"},
    {"status": 400, "error_type": "invalid_request_error", "error_message": "max_tokens: too large", **_SOON},
)


@dataclass(frozen=True)
class Talk:
    """One session: who talks, with which model, from when on, where it is served."""

    number: int
    at: float
    turns: int
    model: str
    account: str
    then: str
    """Where it goes on when it meets a limit."""
    key: str | None
    agent: str


def working_week(accounts: dict[str, str]) -> Iterator[PricedRequest]:
    """Of these accounts, given by name with their ids; oldest session first."""
    chance = random.Random(17)  # no secret
    for number, at in enumerate(sorted(_beginnings(chance))):
        yield from _requests(_talk(number, at, chance), accounts, chance)


def _beginnings(chance: random.Random) -> Iterator[float]:
    """When sessions begin: by day rather than by night, and several just now."""
    for day in range(8):
        midnight = NOW - NOW % DAY - day * DAY
        for _ in range(14 + day % 3 * 3):
            at = midnight + chance.triangular(7, 20, 14) * HOUR
            if at < NOW - 900:
                yield at
    yield from (NOW - 60 * minutes for minutes in (52, 41, 33, 24, 19, 17, 15, 14, 11, 8, 5, 3))


def _talk(number: int, at: float, chance: random.Random) -> Talk:
    account, then = (("work", "home"), ("home", "work"), ("office", "spare"), ("work", "office"))[number % 4]
    automatic = account == "office"
    return Talk(
        number,
        at,
        turns=chance.randrange(5, 22),
        model=HAIKU if number % 5 == 3 else (SONNET if automatic or number % 3 == 1 else OPUS),
        account=account,
        then=then,
        key="ci" if automatic else ("laptop" if number % 3 else None),
        agent=SDK if automatic else CLAUDE_CODE,
    )


def _requests(talk: Talk, accounts: dict[str, str], chance: random.Random) -> Iterator[PricedRequest]:
    at, read, was_gone = talk.at, 14_000, False
    for turn in range(talk.turns):
        written, new = chance.randrange(120, 1800), chance.randrange(600, 5200)
        first = 500 + 900 * chance.random() + 250 * (talk.model == OPUS)
        duration = first + written / 0.075
        if at + duration / 1000 > NOW - 4:
            return
        gone = _left(talk, turn, at)
        limited, was_gone = gone and not was_gone, gone
        account = talk.then if gone else talk.account
        tokens = TokenCounts(
            input=chance.randrange(3, 40), cache_write_5m=new, cache_write_1h=0, cache_read=read, output=written
        )
        fields: dict[str, Any] = {
            "started_at": at,
            "model": talk.model,
            "served_model": talk.model,
            "streaming": True,
            "account_id": accounts[account],
            "account": account,
            "client_key": talk.key,
            "session": _mixed(str(talk.number), 8),
            "user_agent": talk.agent,
            "policy": "session",
            "duration_ms": duration,
            "first_byte_ms": first,
            "first_content_ms": first + 14,
            "overhead_ms": 0.28 + 0.5 * chance.random(),
            "queued_ms": 1800.0 if (talk.number + turn) % 41 == 0 else 0.0,
            "request_bytes": read * 4,
            "response_bytes": written * 9,
            "stop_reason": "end_turn" if turn == talk.turns - 1 else "tool_use",
            **_way(talk, account, accounts, limited, first, duration),
        }
        request_id = f"cf_{_mixed(f'{talk.number}.{turn}', 24)}"
        if (talk.number * 13 + turn) % 67 == 5:
            yield ended(request_id, **fields | {"stop_reason": None} | _ENDINGS[talk.number % 3])
        else:
            yield _priced(request_id, tokens, fields | {"usage": _usage(tokens)})
        read += new + written
        at += duration / 1000 + chance.expovariate(1 / 25)


def _usage(tokens: TokenCounts) -> dict[str, int | None]:
    """As the answer told it."""
    return {
        "input_tokens": tokens.input,
        "cache_creation_input_tokens": tokens.cache_write_5m,
        "cache_read_input_tokens": tokens.cache_read,
        "output_tokens": tokens.output,
    }


def _left(talk: Talk, turn: int, at: float) -> bool:
    """Whether the session has gone on elsewhere by then."""
    if talk.account == "home" and at > LIMITED_AT:
        return True
    return talk.number % MOVED == 0 and turn >= talk.turns // 2 and talk.then != "home"


def _way(
    talk: Talk, account: str, accounts: dict[str, str], limited: bool, first: float, duration: float
) -> dict[str, Any]:
    """Attempts and picks: one of each, or two where the first account was limited."""
    begun = 96.0 if limited else 0.3
    served = Attempt(
        account_id=accounts[account],
        account=account,
        started_ms=begun,
        connected_ms=begun + 31 if limited else None,
        first_byte_ms=first,
        ended_ms=duration,
        status=200,
        outcome="served",
        next_step="relay",
    )
    scores = {name: 0.6 / rank for rank, name in enumerate(accounts, 1)}
    others = tuple(Candidate(name, score) for name, score in scores.items() if name != talk.account)
    if not limited:
        why = f"session was bound to {account}"
        rest = tuple(Candidate(name, score) for name, score in scores.items() if name != account)
        return {"attempts": [served], "picks": [Pick("session", why, (Candidate(account, 0.9, chosen=True), *rest))]}
    refused = Attempt(
        account_id=accounts[talk.account],
        account=talk.account,
        started_ms=0.3,
        first_byte_ms=94.0,
        ended_ms=95.0,
        status=429,
        outcome="rate_limited",
        message="usage window 5h is used up",
        next_step="another",
    )
    out = Candidate(talk.account, out="limited: usage window 5h is used up", until=talk.at + 2 * HOUR)
    left = tuple(each for each in others if each.account != account)
    picks = [
        Pick("session", f"session was bound to {talk.account}", (Candidate(talk.account, 0.9, chosen=True), *others)),
        Pick("session", f"session moved from {talk.account} to {account}: most headroom",
             (Candidate(account, 0.7, chosen=True), *left, out)),
    ]  # fmt: skip
    return {"attempts": [refused, served], "picks": picks}


def _mixed(text: str, length: int) -> str:
    """Hexadecimal digits that look like any, and are the same for the same text."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def _priced(request_id: str, tokens: TokenCounts, fields: dict[str, Any]) -> PricedRequest:
    asked, answered = PRICES[fields["model"]]
    read, new, written = tokens.cache_read or 0, tokens.cache_write_5m or 0, tokens.output or 0
    cost = asked * ((tokens.input or 0) + 1.25 * new + 0.1 * read) + answered * written
    record = ended(request_id, tokens=tokens, cost=cost, **fields)
    return msgspec.structs.replace(record, cache_saved_usd=asked * (0.9 * read - 0.25 * new))

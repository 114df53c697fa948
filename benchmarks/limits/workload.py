"""Coding sessions, made up from a seed: prompts that grow, tools, pauses, agents sent out in parallel, two models."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from itertools import count

from claudeflare.balancing.affinity import session_key
from claudeflare.replay.request import ReplayedRequest

MAIN_MODEL, MAIN_CLASS = "claude-opus-5-5", "opus"
AGENT_MODEL, AGENT_CLASS = "claude-haiku-5-5", "haiku"

SYSTEM_TOKENS = 18_000
AGENT_SYSTEM_TOKENS = 9_000
"""A client's tools and instructions: the beginning of every prompt."""
LONGEST_PROMPT = 160_000
"""Beyond it the client summarizes the conversation and goes on with a short one."""
SUMMARY_TOKENS = 24_000
BYTES_PER_TOKEN = 4.3
TOKENS_PER_SECOND = 70.0
BURST_EVERY = 240.0
"""Seconds after which several sessions begin at once, as when a team's day or a pipeline begins."""
BURST_SESSIONS = 6
AGENTS_SHARE = 0.03
"""Of steps that send agents out."""


def requests(
    seed: int, sessions_per_minute: float, seconds: float, rise: tuple[float, float] = (1.0, 1.0)
) -> list[ReplayedRequest]:
    """All requests sent in the first `seconds`, in order. Sessions become more often from `rise[0]` to `rise[1]`."""
    chance = random.Random(seed)
    starts, now = [], 0.0
    while now < seconds:
        starts.append(now)
        factor = rise[0] + (rise[1] - rise[0]) * now / seconds
        now += chance.expovariate(sessions_per_minute * factor / 60.0)
    share = BURST_SESSIONS / (sessions_per_minute * BURST_EVERY / 60.0)
    # Bursts are made of sessions that would have begun some time around them: the load stays what it is.
    starts = [
        round(start / BURST_EVERY) * BURST_EVERY + chance.random() if chance.random() < min(share, 0.5) else start
        for start in starts
    ]
    found = heapq.merge(
        *(_session(random.Random(f"{seed}/{n}"), n, at) for n, at in enumerate(sorted(starts))), key=_at
    )
    return [each for each in found if each.at < seconds]


def _at(request: ReplayedRequest) -> float:
    return request.at


def _session(chance: random.Random, number: int, start: float) -> Iterator[ReplayedRequest]:
    """One person and what they do within some twenty minutes, in order of time."""
    yield from sorted(_turns(chance, number, start), key=_at)


def _turns(chance: random.Random, number: int, start: float) -> Iterator[ReplayedRequest]:
    name, now, epoch = f"s{number}", start, 0
    prompt = SYSTEM_TOKENS + _tokens(chance, 1500)
    agents = count()
    for _ in range(chance.randint(3, 12)):
        prompt += _tokens(chance, 600)
        if chance.random() < 0.3:
            yield _request(chance, now, name, f"{name}/side{next(agents)}", AGENT_CLASS, 0, _tokens(chance, 1200))
        for _ in range(1 + int(chance.expovariate(1 / 7))):
            step = _request(chance, now, name, f"{name}/{epoch}", MAIN_CLASS, prompt, chance.randint(5, 60))
            yield step
            now += step.answer_seconds
            if chance.random() < AGENTS_SHARE:
                longest = now
                for _ in range(chance.randint(2, 6)):
                    for request in _agent(chance, now + chance.random(), name, f"{name}/agent{next(agents)}"):
                        yield request
                        longest = max(longest, request.at + request.answer_seconds)
                now = longest
                prompt += _tokens(chance, 3000)
            else:
                now += chance.uniform(0.5, 6.0)
                prompt += step.output + _tokens(chance, 1400)
            if prompt > LONGEST_PROMPT:
                prompt, epoch = SUMMARY_TOKENS, epoch + 1
        now += min(chance.lognormvariate(3.7, 1.0), 1200.0)


def _agent(chance: random.Random, start: float, session: str, name: str) -> Iterator[ReplayedRequest]:
    prompt, now = AGENT_SYSTEM_TOKENS + _tokens(chance, 800), start
    for _ in range(chance.randint(3, 9)):
        request = _request(chance, now, session, name, AGENT_CLASS, prompt, chance.randint(5, 40))
        yield request
        now += request.answer_seconds + chance.uniform(0.3, 3.0)
        prompt += request.output + _tokens(chance, 1800)


def _request(
    chance: random.Random, at: float, session: str, conversation: str, model_class: str, prefix: int, uncached: int
) -> ReplayedRequest:  # fmt: skip
    output = min(_tokens(chance, 260), 8000)
    first_byte = chance.uniform(0.6, 1.8) + (prefix + uncached) / 120_000
    return ReplayedRequest(
        at=at,
        session=session_key(None, session),
        conversation=conversation,
        model=MAIN_MODEL if model_class == MAIN_CLASS else AGENT_MODEL,
        model_class=model_class,
        uncached=uncached,
        prefix=prefix,
        output=output,
        first_byte_seconds=first_byte,
        answer_seconds=first_byte + output / TOKENS_PER_SECOND,
        body_bytes=int((prefix + uncached) * BYTES_PER_TOKEN),
    )


def _tokens(chance: random.Random, median: float) -> int:
    """Many small ones and few large: file contents, test output, answers."""
    return max(1, int(chance.lognormvariate(0.0, 0.9) * median))

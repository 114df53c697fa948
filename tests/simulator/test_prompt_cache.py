"""Counting a prompt and caching its prefixes."""

from __future__ import annotations

from typing import Any

from claudeflare.simulator.cache import CacheUse, PromptCache
from claudeflare.simulator.prompt import count_text, read_prompt

START = 1_795_000_000.0
PLACE = ("wrkspc_1", "claude-opus-5-5")
EPHEMERAL = {"type": "ephemeral"}
HOUR = {"type": "ephemeral", "ttl": "1h"}


def text(words: str, control: dict[str, str] | None = None) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "text", "text": words}
    return block if control is None else {**block, "cache_control": control}


def request(*turns: str, system: Any = None, **fields: Any) -> dict[str, Any]:
    messages = [{"role": "assistant" if i % 2 else "user", "content": turn} for i, turn in enumerate(turns)]
    return {"system": system or [], "messages": messages, **fields}


def use(cache: PromptCache, body: dict[str, Any], now: float = START, place: tuple[str, str] = PLACE) -> CacheUse:
    planned = cache.plan(place, read_prompt(body), 100, now)
    cache.commit(planned, now)
    return planned


def counts(planned: CacheUse) -> tuple[int, int, int]:
    return planned.read, planned.write_5m, planned.write_1h


def test_four_characters_are_a_token() -> None:
    assert [count_text("x" * n) for n in (0, 1, 4, 5)] == [0, 1, 1, 2]
    assert read_prompt(request("x" * 40)).tokens == 10 + 4
    assert read_prompt(request("x" * 40, system="y" * 8)).tokens == 10 + 4 + 2
    image = {"type": "image", "source": {"type": "base64", "data": "A" * 100_000}}
    assert read_prompt({"messages": [{"role": "user", "content": [image]}]}).tokens == 1504


def test_text_counts_the_same_as_a_string_or_a_block() -> None:
    whole = read_prompt({"messages": [{"role": "user", "content": "Hello"}]})
    block = read_prompt({"messages": [{"role": "user", "content": [text("Hello")]}]})
    assert whole == block


def test_the_first_call_writes_and_the_second_reads() -> None:
    cache = PromptCache()
    body = request("Hi", system=[text("x" * 4000, EPHEMERAL)])
    assert counts(use(cache, body)) == (0, 1000, 0)
    assert counts(use(cache, body)) == (1000, 0, 0)


def test_another_workspace_or_model_writes_again() -> None:
    cache = PromptCache()
    body = request("Hi", system=[text("x" * 4000, EPHEMERAL)])
    use(cache, body)
    assert counts(use(cache, body, place=("wrkspc_2", PLACE[1]))) == (0, 1000, 0)
    assert counts(use(cache, body, place=(PLACE[0], "claude-opus-5"))) == (0, 1000, 0)


def test_prefixes_live_five_minutes_or_an_hour_after_their_last_use() -> None:
    cache = PromptCache()
    short = request("Hi", system=[text("x" * 4000, EPHEMERAL)])
    long = request("Hi", system=[text("y" * 4000, HOUR)])
    use(cache, short)
    assert counts(use(cache, long)) == (0, 0, 1000)
    assert counts(use(cache, short, START + 299)) == (1000, 0, 0)
    assert counts(use(cache, short, START + 598)) == (1000, 0, 0)
    assert counts(use(cache, short, START + 898)) == (0, 1000, 0)
    assert counts(use(cache, long, START + 3599)) == (1000, 0, 0)


def test_below_the_minimum_nothing_is_cached() -> None:
    assert use(PromptCache(), request("Hi", system=[text("x" * 396, EPHEMERAL)])) == CacheUse()
    assert use(PromptCache(), request("x" * 4000)) == CacheUse()


def test_a_growing_conversation_reads_what_it_has_and_writes_the_rest() -> None:
    cache = PromptCache()
    first = {"messages": [{"role": "user", "content": [text("a" * 4000, EPHEMERAL)]}]}
    grown = {
        "messages": [
            {"role": "user", "content": [text("a" * 4000)]},
            {"role": "assistant", "content": "b" * 40},
            {"role": "user", "content": [text("c" * 400, EPHEMERAL)]},
        ]
    }
    assert counts(use(cache, first)) == (0, 1004, 0)
    assert counts(use(cache, grown)) == (1004, 14 + 104, 0)


def test_marks_of_both_lengths_split_what_is_written() -> None:
    system = [text("x" * 4000, HOUR), text("y" * 800, EPHEMERAL)]
    assert counts(use(PromptCache(), request("Hi", system=system))) == (0, 200, 1000)


def test_a_mark_at_the_top_caches_to_the_last_block() -> None:
    cache = PromptCache()
    body = request("x" * 4000, cache_control=EPHEMERAL)
    assert counts(use(cache, body)) == (0, 1004, 0)
    assert counts(use(cache, body)) == (1004, 0, 0)


def test_a_changed_tool_changes_everything_after_it() -> None:
    cache = PromptCache()
    system = [text("x" * 4000, EPHEMERAL)]
    use(cache, request("Hi", system=system, tools=[{"name": "a", "input_schema": {}}]))
    assert use(cache, request("Hi", system=system, tools=[{"name": "b", "input_schema": {}}])).read == 0


def test_a_plan_alone_leaves_nothing_behind() -> None:
    cache = PromptCache()
    prompt = read_prompt(request("Hi", system=[text("x" * 4000, EPHEMERAL)]))
    assert cache.plan(PLACE, prompt, 100, START) == cache.plan(PLACE, prompt, 100, START)
    assert repr(cache) == "<PromptCache 0 prefixes>"

"""What a request finds of its prompt."""

from __future__ import annotations

from claudeflare.replay.prompt_cache import PromptCaches
from replay.replayed import request


def test_a_conversation_finds_what_it_sent_before_in_the_same_organization_for_five_minutes() -> None:
    caches = PromptCaches()
    caches.keep("here", request(0.0, prefix=500), 0.0)
    longer = request(0.0, prefix=900)
    assert caches.read("here", longer, 299.0) == 500
    assert caches.read("here", longer, 300.0) == 0
    assert caches.read("elsewhere", longer, 1.0) == 0
    assert caches.read("here", request(0.0, conversation="another"), 1.0) == 0
    assert caches.read("here", request(0.0, model="claude-haiku-5-5"), 1.0) == 0
    assert caches.read("here", request(0.0, prefix=100), 1.0) == 100, "no more than it has"
    assert repr(caches) == "<PromptCaches with 1 prefixes>"


def test_use_renews_it_and_a_longer_time_holds_longer() -> None:
    caches = PromptCaches()
    caches.keep("here", request(0.0, prefix=500), 0.0)
    caches.keep("here", request(0.0, prefix=200), 200.0)
    assert caches.read("here", request(0.0, prefix=900), 499.0) == 500
    caches.keep("here", request(0.0, prefix=900, cache_seconds=3600.0), 400.0)
    assert caches.read("here", request(0.0, prefix=900), 3_999.0) == 900


def test_what_is_not_marked_is_not_kept() -> None:
    caches = PromptCaches()
    caches.keep("here", request(0.0, prefix=0, uncached=500), 0.0)
    assert caches.read("here", request(0.0), 1.0) == 0

"""When an answer searches the web, and what it finds."""

from __future__ import annotations

import random
from typing import Any

import pytest

from claudeflare.simulator.web_search import is_web_search, search, wants_search

TOOL = {"type": "web_search_20260318", "name": "web_search"}
OTHER = {"name": "get_weather", "input_schema": {"type": "object"}}


@pytest.mark.parametrize(
    ("words", "tools", "choice", "wanted"),
    [
        ("Search for tea", [TOOL], None, True),
        ("Use web_search, please", [TOOL], {"type": "auto"}, True),
        ("What is research?", [TOOL], None, False),
        ("Search for tea", [OTHER], None, False),
        ("Search for tea", [], None, False),
        ("Search for tea", [TOOL], {"type": "none"}, False),
        ("Hello", [TOOL], {"type": "tool", "name": "web_search"}, True),
        ("Search", [TOOL, OTHER], {"type": "tool", "name": "get_weather"}, False),
        ("Hello", [TOOL], {"type": "any"}, True),
        ("Hello", [TOOL, OTHER], {"type": "any"}, False),
    ],
)
def test_it_searches_when_asked(words: str, tools: list[Any], choice: Any, wanted: bool) -> None:
    assert wants_search({"tools": tools, "tool_choice": choice}, words) is wanted


def test_what_it_finds_has_the_api_s_shape() -> None:
    found = search({"tools": [TOOL]}, "green tea", "msg_01x", random.Random(1))
    assert found.call == {
        "type": "server_tool_use",
        "id": found.call["id"],
        "name": "web_search",
        "input": {"query": "green tea"},
    }
    assert found.call["id"].startswith("srvtoolu_01")
    assert found.result["tool_use_id"] == found.call["id"]
    pages = found.result["content"]
    assert pages[0]["url"] == "https://www.example.com/green-tea/1"
    assert set(pages[0]) == {"type", "url", "title", "encrypted_content", "page_age"}
    assert found.citation["url"] == pages[0]["url"]
    assert found.tokens_read > 100
    assert found == search({"tools": [TOOL]}, "green tea", "msg_01x", random.Random(1))


def test_it_stays_within_the_domains_it_may_search() -> None:
    found = search({"tools": [{**TOOL, "allowed_domains": ["a.test", "b.test"]}]}, "?", "msg_01x", random.Random(1))
    urls = [page["url"] for page in found.result["content"]]
    assert urls == ["https://a.test/page/1", "https://b.test/page/2", "https://a.test/page/3"]


def test_every_version_is_known() -> None:
    assert is_web_search(TOOL)
    assert not is_web_search(OTHER)

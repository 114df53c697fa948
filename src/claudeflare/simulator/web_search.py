"""The one server tool there is: a web search that finds pages of example domains (RFC 2606)."""

from __future__ import annotations

import base64
import random
import re
from typing import Any

import msgspec

from claudeflare.simulator.prompt import count_text
from claudeflare.simulator.seeding import identifier

NAME = "web_search"
DOMAINS = ("www.example.com", "www.example.org", "www.example.net")
RESULTS = 3
AGES = ("2 days ago", "1 week ago", "3 months ago", None)


class Search(msgspec.Struct, frozen=True):
    """A search that was made: what was asked and what was found."""

    query: str
    call: dict[str, Any]
    """The block `server_tool_use`."""
    result: dict[str, Any]
    """The block `web_search_tool_result`."""
    citation: dict[str, Any]
    """For the text that speaks of it."""

    @property
    def tokens_read(self) -> int:
        """What the model reads for it: input, known only after the answer has begun."""
        return count_text(msgspec.json.encode(self.result).decode())


def is_web_search(tool: dict[str, Any]) -> bool:
    """Whether this is a version of the tool."""
    return str(tool.get("type", "")).startswith("web_search_")


def wants_search(body: dict[str, Any], last_text: str) -> bool:
    """Whether the model searches: the tool is offered, and tool_choice or the user's last words say so."""
    offered = [tool for tool in body.get("tools") or () if is_web_search(tool)]
    choice = body.get("tool_choice") or {"type": "auto"}
    if not offered or choice["type"] == "none":
        return False
    if choice["type"] == "tool":
        return bool(choice["name"] == NAME)
    if choice["type"] == "any" and len(offered) == len(body["tools"]):
        return True
    return bool(re.search(r"\bsearch\b", last_text.replace("_", " "), re.IGNORECASE))


def search(body: dict[str, Any], query: str, message_id: str, generator: random.Random) -> Search:
    """Search for this, on the domains the tool allows."""
    tool: dict[str, Any] = next((tool for tool in body.get("tools") or () if is_web_search(tool)), {})
    domains = tool.get("allowed_domains") or DOMAINS
    pages = [_page(str(domains[number % len(domains)]), query, number, generator) for number in range(RESULTS)]
    call_id = identifier("srvtoolu", message_id)
    first = pages[0]
    return Search(
        query=query,
        call={"type": "server_tool_use", "id": call_id, "name": NAME, "input": {"query": query}},
        result={"type": "web_search_tool_result", "tool_use_id": call_id, "content": pages},
        citation={
            "type": "web_search_result_location",
            "url": first["url"],
            "title": first["title"],
            "encrypted_index": _sealed(generator),
            "cited_text": f"What there is to know about {query}",
        },
    )


def _page(domain: str, query: str, number: int, generator: random.Random) -> dict[str, Any]:
    name = "-".join(re.findall(r"\w+", query.lower())) or "page"
    return {
        "type": "web_search_result",
        "url": f"https://{domain}/{name}/{number + 1}",
        "title": f"{query} ({number + 1})",
        "encrypted_content": _sealed(generator),
        "page_age": generator.choice(AGES),
    }


def _sealed(generator: random.Random) -> str:
    return base64.b64encode(generator.randbytes(96)).decode()

"""Which program sent a request, from its user agent; and whether one of its sub-agents did."""

from __future__ import annotations

import re
from typing import Final

OTHER: Final = "other"
"""A program nobody here knows: names of clients must stay few, because figures are kept for each."""
SUB_AGENT: Final = " sub-agent"

_CLIENTS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        # Claude Code says in brackets by what it was started (2.1: `claude-cli/2.1.240 (external, cli)`).
        (r"^claude-(cli|code)/.*[(, ](sdk-(py|ts|cli)|agent-sdk)\b", "agent-sdk"),
        (r"^claude-(cli|code)/", "claude-code"),
        (r"^claude-agent-sdk\b", "agent-sdk"),
        (r"^(async)?anthropic(bedrock|vertex)?/python\b", "anthropic-python"),
        (r"^anthropic(bedrock|vertex)?/(js|typescript)\b", "anthropic-typescript"),
        (r"^anthropic/(java|kotlin)\b", "anthropic-java"),
        (r"^anthropic/go\b", "anthropic-go"),
        (r"^anthropic/ruby\b", "anthropic-ruby"),
        (r"^(anthropic/c#|anthropic/csharp|anthropic/\.net)", "anthropic-csharp"),
        (r"^anthropic/php\b", "anthropic-php"),
        (r"^(async)?openai/python\b", "openai-python"),
        (r"^openai/js\b", "openai-typescript"),
        (r"^litellm/", "litellm"),
        (r"^cline/", "cline"),
        (r"^(opencode|ai-sdk)\b", "opencode"),
        (r"^aider/", "aider"),
        (r"^curl/", "curl"),
        (r"^python-(httpx2?|requests|urllib3?)/|^aiohttp/|^python/", "python"),
        (r"^(node|undici|axios|node-fetch)\b", "node"),
        (r"^go-http-client/", "go"),
        (r"^mozilla/", "browser"),
    )
)


def client_of(user_agent: str | None) -> str | None:
    """A short name such as `claude-code`, `anthropic-python` or `curl`; `OTHER`; None when nothing was said."""
    if not user_agent:
        return None
    for pattern, name in _CLIENTS:
        if pattern.search(user_agent):
            return name
    return OTHER


def agent_of(user_agent: str | None, agent_id: str | None) -> str | None:
    """The client, with `SUB_AGENT` behind it when it named one (header `x-claude-code-agent-id`)."""
    client = client_of(user_agent)
    return (client or OTHER) + SUB_AGENT if agent_id else client

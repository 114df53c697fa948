from __future__ import annotations

import pytest

from claudeflare.analytics.agents import agent_of, client_of


@pytest.mark.parametrize(
    ("user_agent", "client"),
    [
        ("claude-cli/2.1.240 (external, cli)", "claude-code"),
        ("claude-cli/2.1.240 (external, claude-vscode)", "claude-code"),
        ("claude-cli/2.1.240 (external, sdk-ts)", "agent-sdk"),
        ("claude-cli/2.1.240 (external, sdk-py, agent-sdk/0.2.1)", "agent-sdk"),
        ("Anthropic/Python 2.12.0", "anthropic-python"),
        ("AsyncAnthropic/Python 0.84.0", "anthropic-python"),
        ("Anthropic/JS 0.90.0", "anthropic-typescript"),
        ("Anthropic/Go 1.2.3", "anthropic-go"),
        ("anthropic/ruby 1.0", "anthropic-ruby"),
        ("OpenAI/Python 2.0", "openai-python"),
        ("curl/8.14.1", "curl"),
        ("python-httpx/0.28", "python"),
        ("Mozilla/5.0 (X11) claude-cli/", "browser"),
        ("made-by-hand", "other"),
        ("claude-clip/1", "other"),
        ("", None),
        (None, None),
    ],
)
def test_clients(user_agent: str | None, client: str | None) -> None:
    assert client_of(user_agent) == client


def test_sub_agents_are_apart() -> None:
    assert agent_of("claude-cli/2 (external, cli)", None) == "claude-code"
    assert agent_of("claude-cli/2 (external, cli)", "a1") == "claude-code sub-agent"
    assert agent_of(None, "a1") == "other sub-agent"
    assert agent_of(None, None) is None

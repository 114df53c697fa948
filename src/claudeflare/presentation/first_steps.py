"""What a new owner does first: add an account, then point a client here. Lines to be pasted into a shell."""

from __future__ import annotations

from typing import Final

WAYS_TO_ADD: Final = (
    ("API key", "A key of the Claude Console, billed by use.", "claudeflare add work"),
    ("Profile", "What `ant auth login` keeps on the server's machine.", "claudeflare add work --mode profile"),
    ("Sign-in", "To the Claude Console, which makes a key.", "claudeflare add work --mode console"),
)
"""Name, what it is, and the command."""


def client_lines(url: str) -> tuple[tuple[str, str], ...]:
    """What sends requests through the server at `url`: Claude Code, and the smallest request the API takes."""
    body = '{"model":"claude-haiku-4-5","max_tokens":64,"messages":[{"role":"user","content":"Hello"}]}'
    return (
        ("Claude Code", f"ANTHROPIC_BASE_URL={url} claude"),
        (
            "Anything else",
            f"curl {url}/v1/messages -H 'content-type: application/json' -H 'anthropic-version: 2023-06-01' "
            f"-d '{body}'",
        ),
    )

"""What clients find in their environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.diagnosis.base_url import check_base_url, shown_url
from claudeflare.diagnosis.claude_code import ClaudeCodeSettings
from claudeflare.diagnosis.client_proxy import check_client_proxy
from claudeflare.diagnosis.clients import check_clients
from claudeflare.diagnosis.finding import Finding, warning

SERVER = "http://127.0.0.1:8080"
RIGHT = {"ANTHROPIC_BASE_URL": SERVER}
FILE = Path("/home/me/.claude/settings.json")


def found_in(shell: Mapping[str, str], claude_code: Mapping[str, str] | None = None) -> list[Finding]:
    return check_clients(shell, ClaudeCodeSettings(FILE, claude_code or {}), SERVER, frozenset({"flare.example"}))


@pytest.mark.parametrize(
    ("url", "state", "words"),
    [
        ("http://127.0.0.1:8080", "ok", "is http://127.0.0.1:8080."),
        ("http://localhost:8080/", "ok", "is http://localhost:8080/."),
        ("http://[::1]:8080", "ok", "is http://[::1]:8080."),
        ("https://flare.example", "ok", ", which leads to this server."),
        ("http://localhost:8080/v1/", "problem", ": clients add /v1 themselves, and /v1/v1/messages is not found."),
        ("https://flare.example/v1", "problem", ": clients add /v1 themselves, and /v1/v1/messages is not found."),
        ("https://localhost:8080", "problem", ", but the server speaks plain HTTP on this machine, not https."),
        ("http://localhost:9090", "problem", ", but the server is http://127.0.0.1:8080."),
        ("https://api.anthropic.com", "problem", ", but the server is http://127.0.0.1:8080."),
        ("http://localhost:8080/claude", "problem", ": the server has nothing at /claude/v1."),
        ("localhost:8080", "problem", ", which is no URL: it begins with http://."),
        ("http://localhost:eighty", "problem", ", which is no URL: it begins with http://."),
        ("http://", "problem", ", which is no URL: it begins with http://."),
    ],
)
def test_a_base_url(url: str, state: str, words: str) -> None:
    [found] = found_in({"ANTHROPIC_BASE_URL": url})
    assert (found.state, found.summary.endswith(words)) == (state, True), found.summary
    assert found.summary.startswith("ANTHROPIC_BASE_URL in this shell is ")
    assert found.cure == (None if state == "ok" else f"export ANTHROPIC_BASE_URL={SERVER}")


def test_any_port_where_the_server_s_is_not_known() -> None:
    assert check_base_url("http://localhost:9", "this shell", None, frozenset(), "…").state == "ok"


def test_a_password_is_not_shown() -> None:
    for url in ("http://me:hunter2@elsewhere:80/v1?k=hunter2", "//me:hunter2@elsewhere", "http://me:hunter2@x:port"):
        assert "hunter2" not in shown_url(url)
        assert "hunter2" not in str(found_in({"ANTHROPIC_BASE_URL": url}))


@given(st.text())
def test_any_text_may_be_in_it(url: str) -> None:
    found_in({"ANTHROPIC_BASE_URL": url, "HTTP_PROXY": "http://p"}, {"ANTHROPIC_BASE_URL": url})


def test_not_set() -> None:
    cure = f"claudeflare run -- CMD …, or: export ANTHROPIC_BASE_URL={SERVER}"
    summary = "ANTHROPIC_BASE_URL is not set: clients of this shell do not come to Claudeflare."
    assert found_in({}) == [warning("clients", summary, cure)]


def test_claude_code_has_its_own() -> None:
    assert [found.state for found in found_in({}, RIGHT)] == ["ok"]
    other, override = found_in(RIGHT, {"ANTHROPIC_BASE_URL": "http://localhost:9"})[1:]
    assert other.cure == f'in {FILE}: "ANTHROPIC_BASE_URL": "{SERVER}"'
    assert override == warning(
        "clients",
        "Claude Code goes to http://localhost:9: its settings override this shell's ANTHROPIC_BASE_URL.",
        f"remove ANTHROPIC_BASE_URL from `env` in {FILE}",
    )


def test_two_credentials() -> None:
    key, token = {"ANTHROPIC_API_KEY": "sk-secret"}, {"ANTHROPIC_AUTH_TOKEN": "secret"}
    for shell, claude_code, cure in (
        ({**RIGHT, **key, **token}, {}, "unset ANTHROPIC_API_KEY"),
        ({**RIGHT, **key}, token, "unset ANTHROPIC_API_KEY"),
        ({**RIGHT, **token}, key, f"remove ANTHROPIC_API_KEY from `env` in {FILE}"),
    ):
        [_, found] = found_in(shell, claude_code)
        assert (found.state, found.cure) == ("warning", cure)
        assert "secret" not in found.summary
    assert len(found_in({**RIGHT, **key})) == 1


def test_broken_settings_are_told_first() -> None:
    broken = warning("clients", "Claude Code's settings are not JSON", "mend the file")
    assert check_clients(RIGHT, ClaudeCodeSettings(FILE, {}, broken), SERVER, frozenset())[0] is broken


@pytest.mark.parametrize(
    ("no_proxy", "excepted"),
    [
        ("", False),
        ("example.com,10.0.0.0/8", False),
        ("localhost", False),
        ("example.com, 127.0.0.1", True),
        ("127.0.0.1:8080", True),
        ("127.0.0.0/8", True),
        ("*", True),
    ],
)
def test_a_proxy_that_clients_would_ask_for_this_machine(no_proxy: str, excepted: bool) -> None:
    environ = {"https_proxy": "http://me:hunter2@proxy:3128", "NO_PROXY": no_proxy}
    found = list(check_client_proxy(environ, SERVER))
    assert bool(found) is not excepted
    assert "hunter2" not in str(found)


def test_what_is_added_to_no_proxy() -> None:
    [found] = check_client_proxy({"ALL_PROXY": "http://p", "no_proxy": ".corp"}, None)
    assert found.cure == "export NO_PROXY=.corp,localhost,127.0.0.1; `claudeflare run` does it by itself"


def test_no_proxy_or_a_server_elsewhere() -> None:
    assert not list(check_client_proxy({}, SERVER))
    assert not list(check_client_proxy({"HTTP_PROXY": "http://p"}, "https://flare.example"))
    assert not list(check_client_proxy({"HTTP_PROXY": "http://p", "NO_PROXY": "::1"}, "http://[::1]:8080"))
    assert not list(check_client_proxy({"HTTP_PROXY": "http://p", "NO_PROXY": ".localhost"}, "http://localhost:8080"))

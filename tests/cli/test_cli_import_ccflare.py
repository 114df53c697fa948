from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from harness.ccflare_files import NOW_MS, account, insert, make, number_id, request
from harness.command_line import CommandLine
from harness.data_directory import DAY

KEY = account(1, "desk", provider="claude-console-api", api_key="sk-ant-api03-desk", priority=2, paused=1)
SUBSCRIPTION = account(
    2, "home", refresh_token="sk-ant-ort01-home", access_token="sk-ant-oat01-home", expires_at=NOW_MS + 3_600_000
)
OTHER = account(3, "glm", provider="zai", api_key="zai-secret")
USAGE = {"model": "claude-haiku-4-5", "input_tokens": 10, "output_tokens": 20, "cost_usd": 0.25}
REQUESTS = [
    request(1, 600, account_used=number_id(1), **USAGE),
    request(2, 40 * DAY, account_used=number_id(3), status_code=429, success=0),
    request(3, 400 * DAY),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return make(tmp_path / "old" / "better-ccflare.db", "better-ccflare", accounts=[KEY, OTHER], requests=REQUESTS)


@pytest.fixture
def with_subscription(tmp_path: Path) -> Path:
    return make(tmp_path / "old" / "ccflare.db", "ccflare", accounts=[SUBSCRIPTION | {"account_tier": 5}])


def values(cli: CommandLine, *arguments: str) -> Any:
    return json.loads(cli.run(*arguments, "--json").stdout)


def test_it_shows_what_it_will_do(empty: CommandLine, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        insert(connection, "request_payloads", [{"id": number_id(10_001), "json": "{}"}])
        key = {"id": "k", "name": "laptop", "hashed_key": "h", "prefix_last_8": "x", "created_at": 1}
        insert(connection, "api_keys", [key])
        connection.commit()
    shown = empty.output("import", "ccflare", str(file), "--dry-run")
    assert (
        shown
        == """\
This is a database of better-ccflare (its newest column here:
requests.stream_terminal_state).
2 accounts there: API key 1, zai 1
Account  Kind             Tier  Priority  What becomes of it
desk     API key, paused     1         2  added as desk
glm      zai                 1         0  not taken: its provider is zai, and
                                          Claudeflare speaks to the Claude API
                                          alone
3 requests there:
Month    Requests
2025-10         1
2026-10         1
2026-11         1
1 request from more than 365 days ago cannot be taken: records are not kept for
longer here (CLAUDEFLARE_REQUEST_RETENTION_DAYS).
The bodies of 1 request stay where they are: that program does not keep them as
they were sent, but cut off, decoded and perhaps encrypted.
1 API key for clients cannot be taken: the file holds only their hashes. Make
new ones: claudeflare keys add NAME
Nothing was changed.
"""
    )
    assert values(empty, "list") == []
    assert values(empty, "requests") == []


def test_it_takes_accounts_and_history(empty: CommandLine, file: Path) -> None:
    result = empty.run("import", "ccflare", str(file), "--yes")
    assert result.stdout.endswith(
        "desk is added (api-key, tier 1, priority 2).\n2 requests added; not taken: 1 too old to be kept.\n"
    )
    assert "sk-ant" not in result.output
    (desk,) = values(empty, "list")
    assert (desk["name"], desk["paused"], desk["totalRequests"]) == ("desk", True, 1)
    newest, limited = values(empty, "requests")
    assert (newest["accountUsed"], newest["costUsd"], newest["outputTokens"]) == ("desk", 0.25, 20)
    assert (limited["accountUsed"], limited["statusCode"], limited["outputTokens"]) == ("glm", 429, None)
    assert values(empty, "stats")["totalRequests"] == 2


def test_twice_changes_nothing(empty: CommandLine, file: Path) -> None:
    empty.run("import", "ccflare", str(file), "--yes")
    before = values(empty, "stats"), values(empty, "requests"), values(empty, "list")
    again = json.loads(empty.run("import", "ccflare", str(file), "--yes", "--json").stdout)
    assert again["done"]["requests"] == {"added": 0, "known": 2, "tooOld": 1, "unreadable": 0, "running": 0}
    assert again["plan"]["accounts"][0]["whyNot"] == "it was imported before, and is desk"
    assert (values(empty, "stats"), values(empty, "requests"), values(empty, "list")) == before


def test_one_part_alone(empty: CommandLine, file: Path) -> None:
    result = empty.run("import", "ccflare", str(file), "--history-only", "--yes")
    assert "not taken: accounts are left out" in result.stdout
    assert values(empty, "list") == []
    assert [each["accountUsed"] for each in values(empty, "requests")] == ["desk", "glm"]
    shown = empty.run("import", "ccflare", str(file), "--accounts-only", "--yes").stdout
    assert shown.endswith("They are left out (--accounts-only).\ndesk is added (api-key, tier 1, priority 2).\n")
    # It has the id it had, so that its history is its own again.
    assert values(empty, "show", "desk")["totalRequests"] == 1
    assert "leave nothing to do" in empty.error(
        "import", "ccflare", str(file), "--accounts-only", "--history-only", exit_code=2
    )


def test_a_name_that_is_taken(empty: CommandLine, file: Path) -> None:
    empty.run("add", "desk", input="sk-ant-api03-new")
    shown = empty.run("import", "ccflare", str(file), "--yes").stdout
    assert "not taken: there is an account desk," in shown
    (desk,) = values(empty, "list")
    assert (desk["totalRequests"], desk["paused"]) == (1, False)


def test_a_name_that_is_taken_can_be_another(empty: CommandLine, file: Path) -> None:
    empty.run("add", "desk", input="sk-ant-api03-new")
    assert "desk-2 is added" in empty.run("import", "ccflare", str(file), "--rename", "--yes").stdout
    assert {each["name"]: each["totalRequests"] for each in values(empty, "list")} == {"desk": 0, "desk-2": 1}


def test_a_subscription_wants_its_terms_accepted(empty: CommandLine, with_subscription: Path) -> None:
    refused = empty.run("import", "ccflare", str(with_subscription), "--yes", exit_code=1)
    assert "published terms" in refused.stderr
    assert values(empty, "list") == []
    result = empty.run("import", "ccflare", str(with_subscription), "--yes", "--accept-terms")
    assert "Stop ccflare for good before you go on" in result.stdout
    assert "home serves until 2026-11-22T18:40:00" in result.stdout
    assert "run claudeflare login home" in " ".join(result.stdout.split())
    (home,) = values(empty, "list")
    assert (home["mode"], home["tier"], home["tokenExpires"]) == ("max", 5, "2026-11-22T18:40:00.000Z")


def test_with_a_client_it_is_renewed(empty: CommandLine, with_subscription: Path) -> None:
    empty.environ["CLAUDEFLARE_OAUTH_CLIENT_ID"] = "mine"
    shown = empty.run("import", "ccflare", str(with_subscription), "--yes", "--accept-terms").stdout
    assert "No OAuth client" not in shown
    assert "serves until" not in shown
    assert values(empty, "show", "home")["tokenRenewed"] is True


def test_nobody_is_asked_without_a_terminal(empty: CommandLine, file: Path) -> None:
    refused = empty.run("import", "ccflare", str(file), exit_code=1)
    assert "add --yes if you mean it" in refused.stderr
    assert values(empty, "requests") == []


def test_one_account_that_is_refused_keeps_nobody_out(empty: CommandLine, tmp_path: Path) -> None:
    bad = account(4, "broken", provider="claude-console-api", api_key="two words")
    file = make(tmp_path / "x.db", "better-ccflare", accounts=[bad, KEY], requests=REQUESTS)
    result = empty.run("import", "ccflare", str(file), "--yes", exit_code=1)
    assert "broken was not taken: The API key holds spaces" in result.stdout
    assert "two words" not in result.output
    assert "desk is added" in result.stdout
    assert "2 requests added" in result.stdout


def test_json_stays_alone_on_standard_output(empty: CommandLine, file: Path) -> None:
    result = empty.run("import", "ccflare", str(file), "--dry-run", "--json")
    report = json.loads(result.stdout)
    assert report["done"] is None
    assert (report["plan"]["program"], report["plan"]["requests"]["wanted"]) == ("better-ccflare", 2)
    assert report["plan"]["kinds"] == {"API key": 1, "zai": 1}
    assert "This is a database of better-ccflare" in result.stderr


def test_an_empty_file_has_nothing(empty: CommandLine, tmp_path: Path) -> None:
    file = make(tmp_path / "x.db", "ccflare")
    assert empty.output("import", "ccflare", str(file)).endswith("There is nothing to take over.\n")


def test_a_file_of_something_else(empty: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("nothing")
    assert empty.error("import", "ccflare", str(tmp_path / "x.db")) == (f"{tmp_path}/x.db is not a SQLite database.\n")
    assert empty.error("import", "ccflare", "nowhere.db") == "There is no file nowhere.db.\n"

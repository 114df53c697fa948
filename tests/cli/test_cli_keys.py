from __future__ import annotations

import json

from claudeflare.client.keys import KeyMethods
from claudeflare.presentation.key_lines import limits_in_words
from claudeflare.quotas.client_key import well_formed
from harness.command_line import CommandLine


def test_a_new_key_is_alone_on_standard_output(cli: CommandLine) -> None:
    made = cli.run("keys", "add", "ci", "--per-day", "20", "--model", "claude-haiku-*", "--account", "work")
    assert well_formed(made.stdout.strip())
    assert "shown this once" in made.stderr
    (shown,) = json.loads(cli.output("keys", "list", "--json"))
    assert (shown["name"], shown["budgets"][0]["usd"], shown["accounts"]) == ("ci", 20.0, ["work"])
    assert made.stdout.strip() not in cli.output("keys", "list")


def test_keys_in_a_table(cli: CommandLine) -> None:
    assert "There is no client key" in cli.output("keys", "list")
    key = json.loads(cli.output("keys", "add", "ci", "--per-week", "20", "--shadow", "--concurrency", "3", "--json"))
    listed = cli.output("keys", "list", columns=140)
    assert f"ci    …{key['key'][-4:]}  active, shadow  $20.00 of $20 a week left; 3 at once  never" in listed


def test_limits_are_changed_and_taken_away(cli: CommandLine) -> None:
    cli.run("keys", "add", "ci", "--per-day", "20", "--requests-per-minute", "60", "--expires", "90d")
    changed = cli.output("keys", "limit", "ci", "--per-day", "none", "--per-month", "50", "--time-zone", "Asia/Tokyo")
    assert "$50.00 of $50 a month left" in changed
    key = json.loads(
        cli.output(
            "keys", "limit", "ci", "--requests-per-minute", "none", "--expires", "none", "--model", "none", "--json"
        )
    )
    assert (key["requestsPerMinute"], key["expiresAt"], key["models"], key["timeZone"]) == (
        None,
        None,
        [],
        "Asia/Tokyo",
    )
    assert "Nothing to change" in cli.error("keys", "limit", "ci")
    assert "takes a number or none, not 'much'" in cli.error("keys", "limit", "ci", "--per-day", "much")


def test_a_key_is_revoked_when_that_is_meant(cli: CommandLine) -> None:
    cli.run("keys", "add", "ci")
    assert "add --yes if you mean it" in cli.error("keys", "revoke", "ci")
    assert "revoked" in cli.output("keys", "revoke", "ci", "--yes")
    assert json.loads(cli.output("keys", "list", "--json")) == []
    (old,) = json.loads(cli.output("keys", "list", "--all", "--json"))
    assert old["state"] == "revoked"
    assert "There is no client key 'nobody'" in cli.error("keys", "revoke", "nobody", "--yes")


def test_every_limit_has_its_words() -> None:
    key = {
        "budgets": [], "requestsPerMinute": 1000, "tokensPerMinute": 2000, "concurrency": None, "models": ["a", "b"],
        "accounts": ["work"], "expiresAt": "2027-01-31T12:00:00.000Z",
    }  # fmt: skip
    assert list(limits_in_words(key)) == [
        "1,000 requests/min", "2,000 tokens/min", "models a, b", "accounts work", "until 2027-01-31T12:00Z",
    ]  # fmt: skip


def test_the_client_has_them() -> None:
    assert {"keys", "make_key", "change_key", "revoke_key"} <= set(dir(KeyMethods))

from __future__ import annotations

import pytest

from claudeflare.client.token_choice import choose_token, is_loopback
from claudeflare.errors import Unauthorized
from claudeflare.home import Home
from claudeflare.settings_sources import LoadedSettings, load_settings

HERE, THERE = "http://127.0.0.1:8080", "http://flare.example:8080"


@pytest.fixture
def kept(home: Home) -> Home:
    """With a token in the data directory."""
    home.control_token.touch(mode=0o600)
    home.control_token.write_text("kept\n")
    return home


def test_the_most_explicit_one_is_used(kept: Home, loaded: LoadedSettings) -> None:
    set_ = load_settings({"CLAUDEFLARE_HOME": str(kept.directory), "CLAUDEFLARE_TOKEN": "set"})
    assert choose_token(set_, "given", HERE, local=True) == ("given", "--token")
    assert choose_token(set_, None, HERE, local=True) == ("set", "environment CLAUDEFLARE_TOKEN")
    assert choose_token(loaded, None, HERE, local=True) == ("kept", str(kept.control_token))


def test_only_what_was_meant_for_it_goes_to_another_machine(kept: Home, loaded: LoadedSettings) -> None:
    kept.config.write_text('token = "of-the-file"\n')
    from_file = load_settings({"CLAUDEFLARE_HOME": str(kept.directory)})
    assert choose_token(from_file, None, HERE, local=True)[0] == "of-the-file"
    for one in (loaded, from_file):
        with pytest.raises(Unauthorized, match="needs its control token"):
            choose_token(one, None, THERE, local=False)
    set_ = load_settings({"CLAUDEFLARE_HOME": str(kept.directory), "CLAUDEFLARE_TOKEN": "set"})
    assert choose_token(set_, None, THERE, local=False)[0] == "set"


def test_without_any_it_says_where_one_belongs(home: Home, loaded: LoadedSettings) -> None:
    with pytest.raises(Unauthorized, match="no control token in"):
        choose_token(loaded, None, HERE, local=True)
    assert not home.control_token.exists()


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("127.8.0.1", True), ("::1", True), ("10.0.0.1", False), ("localhost.example", False)],
)
def test_what_can_only_be_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback

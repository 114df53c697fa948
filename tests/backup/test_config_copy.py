from __future__ import annotations

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.backup.config_copy import config_copy
from claudeflare.errors import InvalidInput


def test_a_file_without_secrets_stays_as_it_is() -> None:
    content = b"port = 1\nallowed_hosts = ['a', \"b\"]\n"
    assert config_copy(content).content == content
    assert config_copy(content).left_out == []


def test_secrets_and_files_of_the_machine_are_left_out() -> None:
    copy = config_copy(
        b"port = 1\ntoken = 'hush'\n# token = 'older'\ndatabase_url = 'postgresql://u:hush@h/d'\n"
        b"https_proxy = 'http://u:hush@p:1'\nsecret_key_file = '/here'\npayloads = 'off'\n"
    )
    assert copy.left_out == ["database_url", "https_proxy", "secret_key_file", "token"]
    assert tomllib.loads(copy.content.decode()) == {"port": 1, "payloads": "off"}
    assert b"hush" not in copy.content
    assert b"older" not in copy.content


def test_a_comment_may_hold_an_old_secret() -> None:
    assert config_copy(b"port = 1 # token = 'older'\n").content == b"port = 1\n"


@given(text=st.text(), number=st.integers(-(2**60), 2**60), items=st.lists(st.text(max_size=5), max_size=3))
def test_other_settings_come_back_as_they_were(text: str, number: int, items: list[str]) -> None:

    lines = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in (("home", text), ("no_proxy", items))
    ]
    content = "\n".join([*lines, f"port = {number}", "session_outranks_priority = false", "token = 'x'"])
    try:
        before = tomllib.loads(content)
    except tomllib.TOMLDecodeError:
        return  # a letter that TOML wants written otherwise
    del before["token"]
    assert tomllib.loads(config_copy(content.encode()).content.decode()) == before


@pytest.mark.parametrize("content", [b"port =", b"\xff"])
def test_what_is_no_toml(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="claudeflare config check"):
        config_copy(content)

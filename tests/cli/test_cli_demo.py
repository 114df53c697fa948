from __future__ import annotations

import pytest

from harness.command_line import CommandLine


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--length", "0", "--length is a number of seconds above 0, up to 3600."),
        ("--speed", "9", "--speed is a factor from 0.2 to 5."),
        ("--accounts", "1", "--accounts is a whole number from 2 to 12."),
        ("--port", "70000", "--port is a whole number from 0 to 65535; 0 picks a free one."),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused(empty: CommandLine, option: str, value: str, said: str) -> None:
    assert empty.error("demo", "--json", option, value) == f"{said}\n"
    assert not empty.home.exists()


def test_what_is_no_number_is_a_usage_error(empty: CommandLine) -> None:
    assert "--length" in empty.error("demo", "--length", "long", exit_code=2)

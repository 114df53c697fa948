from __future__ import annotations

import json

import jsonschema_rs
import pytest

from harness.command_line import CommandLine


@pytest.mark.parametrize("command", ["list", "status", "config path", "export --bodies"])
def test_a_schema_can_be_used_alone(empty: CommandLine, command: str) -> None:
    schema = json.loads(empty.output("schema", "--", *command.split()))
    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"].endswith("/2020-12/schema")
    assert not empty.home.exists()


def test_what_it_is_for(cli: CommandLine) -> None:
    schema = json.loads(cli.output("schema", "list"))
    jsonschema_rs.validator_for(schema).validate(json.loads(cli.output("list", "--json")))


def test_a_command_that_prints_none(empty: CommandLine) -> None:
    assert "'pause' prints no JSON. These do: status, " in empty.error("schema", "pause")
    empty.error("schema", exit_code=2)

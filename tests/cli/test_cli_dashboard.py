"""The address that signs a browser in; test_cli_with_server opens one with a browser."""

from __future__ import annotations

from harness.command_line import CommandLine


def test_without_a_server_there_is_nothing_to_open(cli: CommandLine) -> None:
    assert (
        cli.error("dashboard") == "No server is running. Start one with `claudeflare serve`, or name one with --url.\n"
    )

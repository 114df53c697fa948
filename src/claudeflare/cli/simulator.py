"""`claudeflare simulator`: the fake Claude API alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from claudeflare.simulator.seen import SeenRequest


def simulator(
    port: Annotated[
        int | None, typer.Option(metavar="PORT", help="Port; 0 picks a free one, 8090 is the default.")
    ] = None,
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Address to listen on; 127.0.0.1 by default.")
    ] = None,
    scenario: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, help="TOML: accounts, faults, pacing, seed. Options go first."
        ),
    ] = None,
    accounts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, help="TOML or JSON list of accounts. Default: any key."
        ),
    ] = None,
    fault: Annotated[
        list[str] | None, typer.Option(metavar="NAME[;key=value…]", help="A fault in force from the start; repeatable.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="The same seed gives the same answers; 0 by default.")
    ] = None,
    speed: Annotated[
        float | None, typer.Option(metavar="X", help="Simulated seconds per real second; 1 by default, 0 stands still.")
    ] = None,
    ttft: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Time to the first token; 0.4 by default.")
    ] = None,
    tokens_per_second: Annotated[float | None, typer.Option(metavar="N", help="Output speed; 60 by default.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not print a line for every request.")] = False,
) -> None:
    """Run a fake Claude API: no credentials, no cost, limits and faults on command."""
    from claudeflare.simulator.options import SimulatorOptions
    from claudeflare.simulator.server import run

    given: dict[str, Any] = {
        "port": port,
        "host": host,
        "scenario_file": None if scenario is None else str(scenario),
        "accounts_file": None if accounts is None else str(accounts),
        "faults": tuple(fault) if fault else None,
        "seed": seed,
        "speed": speed,
        "ttft": ttft,
        "tokens_per_second": tokens_per_second,
    }
    options = SimulatorOptions(**{name: value for name, value in given.items() if value is not None})
    # A log is for somebody who watches; programs that start the simulator read its first line and no more.
    run(options, on_request=_log() if sys.stdout.isatty() and not quiet else None)


def _log() -> Callable[[SeenRequest], None]:
    from claudeflare.cli.output import console
    from claudeflare.simulator.request_line import failed, request_line

    out = console()

    def log(seen: SeenRequest) -> None:
        style = None if not failed(seen) else "yellow" if seen.status == 429 else "red"
        out.print(request_line(seen, None), style=style, no_wrap=True, overflow="ellipsis", crop=True)

    return log

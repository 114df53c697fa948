"""`claudeflare demo`: several accounts hit limits while clients see none; no credentials, no network."""

from __future__ import annotations

from typing import Annotated

import typer

from claudeflare.cli.output import console, print_json, say


def demo(
    port: Annotated[int, typer.Option(metavar="PORT", help="Port of the server; 0 picks a free one.")] = 0,
    length: Annotated[float, typer.Option(metavar="SECONDS", help="How long clients send requests.")] = 60.0,
    speed: Annotated[float, typer.Option(metavar="FACTOR", help="Simulated seconds per real second, 0.2 to 5.")] = 1.0,
    accounts: Annotated[int, typer.Option(metavar="N", help="Accounts, 2 to 12.")] = 4,
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed makes clients say the same.")] = 0,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave server and simulated API running until Ctrl-C, for a client of yours.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print the summary as JSON at the end, and nothing else.")
    ] = False,
) -> None:
    """Watch accounts hit limits while clients see none: a simulated API, no credentials. Ctrl-C ends it at any time."""
    import asyncio

    from claudeflare.demo.closing import closing, kept
    from claudeflare.demo.display import choose_display
    from claudeflare.demo.options import DemoOptions
    from claudeflare.demo.show import play
    from claudeflare.demo.stage import Stage
    from claudeflare.demo.summary import Summary

    options = DemoOptions(port=port, length=length, speed=speed, accounts=accounts, seed=seed, keep=keep)

    def report(summary: Summary, stage: Stage | None) -> None:
        if json:
            print_json(summary.json())
        else:
            say(*closing(summary))
        if stage is not None:
            where = console(error=True) if json else console()
            for line in kept(stage.server.url, str(stage.server.home)):
                where.print(line, soft_wrap=True)

    asyncio.run(play(options, choose_display(console(), silent=json), report))

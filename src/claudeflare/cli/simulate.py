"""`claudeflare simulate`: what recorded traffic would have seen under another strategy."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from claudeflare.cli.completed_names import strategy_names
from claudeflare.cli.invocation import call
from claudeflare.cli.options import Json
from claudeflare.cli.output import console, print_json, say
from claudeflare.errors import ClaudeflareError, InvalidInput
from claudeflare.presentation.tables import QUIET

if TYPE_CHECKING:
    from claudeflare.client.client import Client
    from claudeflare.client.simulation import Simulated


def simulate(
    context: typer.Context,
    strategy: Annotated[
        str | None, typer.Option(metavar="NAME", help="The strategy to try.", autocompletion=strategy_names)
    ] = None,
    since: Annotated[str, typer.Option(metavar="TIME", help="Only requests since then: 24h, 7d or a date.")] = "7d",
    compare: Annotated[Literal["all"] | None, typer.Option(help="Try every strategy there is.")] = None,
    accounts: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Accounts to assume instead of those there are (TOML).")
    ] = None,
    queue_max_wait: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Longest wait to assume. Default: as it is set.")
    ] = None,
    json: Json = False,
) -> None:
    """Run recorded requests again under another strategy, in virtual time; nothing is sent anywhere."""
    if (strategy is None) == (compare is None):
        raise InvalidInput("Say which strategy to try: `--strategy NAME`, or `--compare all`.")
    from claudeflare.settings import STRATEGIES

    wanted: dict[str, Any] = {"strategies": list(STRATEGIES) if strategy is None else [strategy], "since": since}
    if accounts is not None:
        wanted["accounts"] = read_accounts(accounts)
    if queue_max_wait is not None:
        wanted["queueMaxWait"] = queue_max_wait

    async def simulated(client: Client) -> Simulated:
        from claudeflare.client.simulation import simulation

        result = None
        with _progress() as show:
            async for step in simulation(client, wanted):
                if isinstance(step, float):
                    show(step)
                else:
                    result = step
        if result is None:
            raise ClaudeflareError("The simulation ended without a result; look at the server's log.")
        return result

    answer = call(context, simulated)
    if json:
        print_json(answer)
    else:
        _print(answer)


def read_accounts(path: Path) -> Any:
    """The accounts a file lists, as the API takes them: `input-tokens` becomes `inputTokens`, and so on."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(f"Cannot read the accounts file {path}: {error.strerror}. Check the path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"The accounts file {path} is not right: {error}.") from error
    if not content.keys() <= {"accounts"} or not isinstance(content.get("accounts"), list):
        raise InvalidInput(f"The accounts file {path} is not right: it lists `[[accounts]]` and nothing else.")
    return _camel(content["accounts"])


def _camel(value: Any) -> Any:
    if isinstance(value, list):
        return [_camel(each) for each in value]
    if isinstance(value, dict):
        return {_camel_name(name): _camel(each) for name, each in value.items()}
    return value


def _camel_name(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(part.capitalize() for part in rest)


@contextmanager
def _progress() -> Iterator[Callable[[float], None]]:
    """A bar on standard error, if that is a terminal; it is told the share that is done."""
    err = console(error=True)
    if not err.is_terminal:
        yield lambda _share: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("Simulating"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=1.0)
        yield lambda share: progress.update(task, completed=share)


def _print(answer: Simulated) -> None:
    from rich.text import Text

    from claudeflare.presentation.simulated import found_words, strategies_table

    say(found_words(answer), "")
    say(strategies_table(answer["strategies"]), Text("→ the strategy in force", QUIET), "")
    say(Text("Assumed", QUIET), *(f"  {line}" for line in answer["assumed"]))

"""`claudeflare secrets show|rotate|forget|move`: the keys that seal what opens accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from claudeflare.cli.invocation import call, invocation
from claudeflare.cli.options import Json, JsonOfItsOwn
from claudeflare.cli.output import print_json, say
from claudeflare.errors import Conflict
from claudeflare.formatting import count_of
from claudeflare.presentation.tables import table

if TYPE_CHECKING:
    from claudeflare.client.client import Client
    from claudeflare.client.resources import Json as Answer

secrets = typer.Typer(help="Look after the keys that seal the accounts' secrets.", no_args_is_help=True)


@secrets.command()
def show(context: typer.Context, json: Json = False) -> None:
    """Show which keys there are, where they are kept, and how many secrets need each."""
    answer = call(context, lambda client: client.secrets())
    if json:
        print_json(answer)
        return
    grid = table("Key", "", "Secrets", right=("Secrets",))
    for key in answer["keys"]:
        role = "missing" if not key["present"] else "seals" if key["current"] else "opens"
        grid.add_row(key["id"], role, str(key["secrets"]))
    say(f"Kept in {answer['place']}", grid)


@secrets.command()
def rotate(
    context: typer.Context,
    forget_old: Annotated[
        bool, typer.Option("--forget-old", help="Then keep the older keys no longer; older backups need them.")
    ] = False,
    json: JsonOfItsOwn = False,
) -> None:
    """Make a new key and seal every secret with it. Requests go on meanwhile; if interrupted, run it again."""

    async def work(client: Client) -> Answer:
        done = await client.rotate_key()
        forgotten = (await client.forget_keys())["forgottenKeys"] if forget_old else []
        return {**done, "forgottenKeys": forgotten}

    done = call(context, work)
    if json:
        print_json(done)
    else:
        what = f"Key {done['keyId']} seals from now on" if done["newKey"] else "An interrupted rotation was finished"
        say(f"{what}; {count_of(done['sealedAnew'], 'secret')} sealed anew.")
        _say_forgotten(done["forgottenKeys"])
        for name in done["failedAccounts"]:
            say(f"{name}: its secret does not open and was left as it is. Give it again: claudeflare login {name}")
    if done["failedAccounts"]:
        raise typer.Exit(1)


@secrets.command()
def forget(context: typer.Context, json: Json = False) -> None:
    """Keep older keys no longer that seal nothing. Secrets in older backups cannot be opened without them."""
    done = call(context, lambda client: client.forget_keys())
    if json:
        print_json(done)
        return
    _say_forgotten(done["forgottenKeys"])
    if not done["forgottenKeys"]:
        say("There is no key that could go.")


@secrets.command()
def move(
    context: typer.Context,
    to: Annotated[Literal["keyring", "file"], typer.Option(help="The desktop's keyring, or a file.")],
) -> None:
    """Move the keys to the desktop's keyring, or back into a file. Stop the server first."""
    import asyncio

    from claudeflare.client.running import server_or_lock
    from claudeflare.credentials.vault_choice import move_keys
    from claudeflare.home import Home

    settings = invocation(context).load().settings
    home = Home(settings.home)

    async def work() -> str:
        async with server_or_lock(home) as url:
            if url is not None:
                raise Conflict(f"A server runs at {url}. Stop it first: it reads its keys from where they are now.")
            return move_keys(to, settings, home).place

    place = asyncio.run(work())
    say(
        f"The keys are in {place}.", f"Set CLAUDEFLARE_SECRET_KEYRING={'on' if to == 'keyring' else 'off'} from now on."
    )


def _say_forgotten(key_ids: list[str]) -> None:
    if key_ids:
        say(f"{count_of(len(key_ids), 'key')} forgotten: {', '.join(key_ids)}")

"""The data directory's accounts and keys where no server runs, as its REST API would tell of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx2

from claudeflare.control.composition import open_control
from claudeflare.credentials.keyring import Keyring
from claudeflare.credentials.secrets import key_id_of
from claudeflare.credentials.vault_choice import chosen_vault
from claudeflare.diagnosis.case import Answer, Case, Told, unexpected_answer
from claudeflare.diagnosis.condition import BUSY_SECONDS, Condition, condition_here, database_url
from claudeflare.diagnosis.detached import detached
from claudeflare.diagnosis.time_limits import TOLD_SECONDS
from claudeflare.errors import ClaudeflareError
from claudeflare.storage.database import Database
from claudeflare.storage.secrets import SecretStore

IN_PROCESS = "http://127.0.0.1"


async def look_into(case: Case) -> Told:
    """Everything that can be known; the caller holds the data directory's lock."""
    settings, home = case.settings, case.home
    now, deadline = case.clock(), asyncio.get_running_loop().time() + TOLD_SECONDS
    condition = await _answer(lambda: condition_here(settings, home, now), deadline)
    if not condition or not _usable(condition.value):
        return Told(condition=condition, accounts=Answer(failure="see the database below"))
    keys = await _answer(lambda: _keys(case), deadline)
    if not keys or any(not key["present"] for key in keys.value["keys"]):
        return Told(condition=condition, keys=keys, accounts=Answer(failure="see the keys below"))
    # Nothing is left to be made when it is opened: the key is there, and so are the tables.
    accounts = Answer([])
    if keys.value["keys"]:
        accounts = await _answer(lambda: asyncio.run(_accounts(case)), deadline)
    return Told(condition=condition, keys=keys, accounts=accounts)


async def _answer(ask: Callable[[], Any], deadline: float) -> Answer:
    try:
        async with asyncio.timeout_at(deadline):
            return Answer(await detached(ask))
    except TimeoutError:
        return Answer(
            failure=f"there was no time: to look into the data directory takes longer than {TOLD_SECONDS:g} s"
        )
    except ClaudeflareError as error:
        return Answer(failure=str(error))
    except OSError as error:
        return Answer(failure=f"The data directory cannot be read: {error}.")
    except Exception as error:  # the rest is told all the same
        return unexpected_answer(error)


def _usable(condition: Condition) -> bool:
    database = condition.database
    return (
        database is not None
        and database.error is None
        and not database.damage
        and database.revision == database.needed_revision
    )


def _keys(case: Case) -> dict[str, Any]:
    """As `/api/secrets`, but for keys that nothing needs. Raises `SecretError`, `StorageError`."""
    settings, home = case.settings, case.home
    database = Database(database_url(settings, home), BUSY_SECONDS)
    try:
        uses = Counter(key_id_of(sealed.ciphertext) for sealed in SecretStore(database).all().values())
    finally:
        database.dispose()
    vault = chosen_vault(settings, home)
    text = vault.read()
    present = set() if text is None else Keyring.parse(text, vault.place).keys.keys()
    keys = [{"id": key, "present": key in present, "secrets": count} for key, count in uses.items()]
    return {"place": vault.place, "keys": keys}


async def _accounts(case: Case) -> Any:
    """As `/api/accounts`. Nothing is taken out of the journal."""
    settings, loaded = case.settings, case.loaded
    async with open_control(
        settings, case.home.journal, sources=loaded.sources, ingest=False, clock=case.clock
    ) as control:
        headers = {"authorization": f"Bearer {control.token}"}
        transport = httpx2.ASGITransport(app=control.app)
        async with httpx2.AsyncClient(base_url=IN_PROCESS, headers=headers, transport=transport) as http:
            response = await http.get("/api/accounts")
            return response.raise_for_status().json()

"""The whole product with secrets planted wherever it takes some: after traffic, failures and crashes none is found."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from anthropic import APIError, AsyncAnthropic
from stage import CALLER_KEY, QUESTION, fault

from claudeflare.backup.source import opened_source
from claudeflare.home import Home
from claudeflare.settings import Settings
from claudeflare.simulator.accounts import SimulatedAccount
from claudeflare.storage.private_file import replace_private_file
from claudeflare.storage.row_dump import dumped, dumped_payloads
from harness.planted import files, forms, inflated, search
from harness.postgres import PostgresServer, postgres_server
from harness.server import ClaudeflareServer, claudeflare_server
from harness.simulated_api import simulated_api

PASSWORD = "planted database password: @/?#&=+%"
SECRETS = {
    "API key of alpha": "sk-ant-api03-planted-alpha-0123456789abcdef",
    "API key of beta": "sk-ant-api03-planted-beta-0123456789abcdef/+=",
    "bearer token": "sk-ant-oat01-planted-bearer-0123456789abcdef",
    "control token": "planted-control-token-0123456789abcdef",
    "database password": PASSWORD,
    "proxy password": "planted-proxy-password-0123456789abcdef",
    "credential of the caller": CALLER_KEY + "-planted-0123456789abcdef",
    "mistyped key": "sk-ant-api03-planted mistyped-0123456789abcdef",
}
FAULTS = (
    "401", "403-account", "500", "529", "429-window", "429-bucket", "reset-before-answer", "on-hold", "html-502",
    "error-mid-stream", "stall",
)  # fmt: skip
BY_CONTRACT = ("secret.key", "control-token")
"""Files that hold a secret because that is what they are for."""
GETS = (
    "/api/accounts", "/api/requests", "/api/config", "/api/stats", "/api/secrets", "/api/queue", "/api/keys",
    "/api/logs/history?limit=1000", "/api/audit", "/api/sessions", "/api/openapi.json", "/health", "/metrics",
    "/api/strategies", "/api/oauth/terms", "/api/events/history", "/api/analytics",
)  # fmt: skip


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture
def database_url(postgres: PostgresServer) -> Iterator[str]:
    """An empty database that belongs to a user with a password."""
    postgres.execute(f"CREATE ROLE planted LOGIN PASSWORD '{PASSWORD}'")
    with postgres.database("OWNER planted") as url:
        yield postgres.url(url.partition("?")[0].rpartition("/")[2], "planted", PASSWORD)
    postgres.execute("DROP ROLE planted")


@pytest.mark.timeout(180)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_none_is_found(database: str, database_url: str, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    replace_private_file(home.control_token, SECRETS["control token"].encode())
    url = database_url if database == "postgresql" else ""
    environ = {
        "LOG_LEVEL": "debug",
        "CLAUDEFLARE_FIRST_BYTE_TIMEOUT": "0.5",
        "CLAUDEFLARE_QUEUE_MAX_WAIT": "0",
        "HTTPS_PROXY": f"http://user:{SECRETS['proxy password']}@127.0.0.1:9",
        **({"DATABASE_URL": url} if url else {}),
    }
    known = [SimulatedAccount(name="caller", key=SECRETS["credential of the caller"])]
    known += [SimulatedAccount(name=name, key=SECRETS[f"API key of {name}"]) for name in ("alpha", "beta")]
    places: dict[str, bytes] = {}
    async with simulated_api(known) as upstream, claudeflare_server(upstream.url, home.directory, **environ) as server:
        said = await _use(server)
        # While it runs: the write-ahead log, journal segments nobody has read, sockets' directory.
        places |= {f"running/{name}": content for name, content in files(home.directory).items()}
        made_key = said.pop("client key")
        said |= await _crash(server)
        await server.stop()
        said["log"] = server.log
    places |= {name: text.encode() for name, text in said.items()} | files(home.directory)
    places |= _rows(Settings(home=str(home.directory), database_url=url))
    lines = home.secret_key.read_bytes().splitlines()
    key_lines = [line for line in lines if line and not line.startswith(b"#")]
    secrets = {**SECRETS, "client key": made_key, "encryption key": key_lines[0].decode()}
    raw_key = base64.b64decode(key_lines[0])
    places = {name: content for name, content in places.items() if not name.endswith(BY_CONTRACT)}
    assert any("journal" in name for name in places)
    assert any(name.startswith("row") for name in places)
    assert search(places, secrets) == []
    assert [name for name, content in places.items() if raw_key in content] == []


async def _use(server: ClaudeflareServer) -> dict[str, str]:
    """Everything its owner and clients do; what is answered and printed."""
    said: dict[str, str] = {}
    for name in ("alpha", "beta"):
        answer = await server.api.post("/api/accounts", json={"name": name, "apiKey": SECRETS[f"API key of {name}"]})
        assert answer.status_code == 201, answer.text
        said[f"add {name}"] = answer.text
    for number, (path, body) in enumerate(_mistakes()):
        said[f"mistake {number}"] = (await server.api.post(path, json=body)).text
    bearer = {"name": "token", "mode": "token", "token": SECRETS["bearer token"], "acceptTerms": True}
    said["bearer"] = (await server.api.post("/api/accounts", json={**bearer, "baseUrl": "https://127.0.0.1:9"})).text
    await server.until_accounts(configured=3)
    typed = await server.cli("add", "mistyped", input=SECRETS["mistyped key"] + "\n", exit_code=1)
    said["cli mistyped"] = typed.stdout + typed.stderr
    await _traffic(server, SECRETS["credential of the caller"], *FAULTS)
    made = (await server.api.post("/api/keys", json={"name": "planted"})).json()
    await _traffic(server, made["key"], "401", "529")
    said["unknown key"] = str(await _traffic(server, SECRETS["credential of the caller"]))
    for path in GETS:
        said[path] = (await server.api.get(path)).text
    for request in (await server.api.get("/api/requests", params={"limit": 100})).json():
        for part in ("", "/payload", "/explain"):
            said[f"{request['id']}{part}"] = (await server.api.get(f"/api/requests/{request['id']}{part}")).text
    async with httpx2.AsyncClient(base_url=server.url) as stranger:
        said["stranger"] = (await stranger.get("/api/config", headers={"authorization": "Bearer wrong"})).text
    commands = ("list --json", "show alpha --json", "config show --json", "config check", "secrets rotate", "status")
    for words in (*commands, f"export --bodies --output {server.home.directory}/exported", "requests", "keys list"):
        printed = await server.cli(*words.split())
        said[words] = printed.stdout + printed.stderr
    wrong = {
        "CLAUDEFLARE_HOME": str(server.home.directory / "another"),
        "DATABASE_URL": f"postgresql://planted:{quote(PASSWORD, safe='')}@127.0.0.1:1/nothing",
    }
    for words in ("list", "backup nowhere.zip", "restore nowhere.zip"):
        printed = await dataclasses.replace(server, environ={**server.environ, **wrong}).cli(
            *words.split(), exit_code=1
        )
        said[f"no database: {words}"] = printed.stdout + printed.stderr
    wrong = {"HTTPS_PROXY": f"gopher://user:{SECRETS['proxy password']}@127.0.0.1"}
    printed = await dataclasses.replace(server, environ={**server.environ, **wrong}).cli("config", "check", exit_code=1)
    said["bad proxy"] = printed.stdout + printed.stderr
    backup = server.home.directory / "backup.zip"
    said["backup"] = (await server.cli("backup", str(backup), "--payloads")).stdout
    said["processes"] = "\n".join(server.processes().values())
    for pid in server.processes():
        if (limits := Path(f"/proc/{pid}/limits")).exists():
            core = next(line for line in limits.read_text().splitlines() if line.startswith("Max core file size"))
            assert core.split()[4] == "0"
    return {**said, "client key": made["key"]}


def _mistakes() -> list[tuple[str, Any]]:
    """Requests that must be refused, with a secret where none belongs."""
    secret = SECRETS["API key of alpha"]
    return [
        ("/api/accounts", {"name": 1, "apiKey": secret, "x": 2}),
        ("/api/accounts", {"name": "alpha", "apiKey": secret}),
        ("/api/accounts", {"name": "x", "apiKey": [secret]}),
        ("/api/accounts", {"name": "x", "mode": "token", "token": {"token": secret}}),
        ("/api/accounts", {"name": "x", "apiKey": SECRETS["mistyped key"]}),
        ("/api/accounts", [secret]),
        ("/api/accounts/alpha/login", {"apiKey": {"key": secret}}),
    ]


async def _traffic(server: ClaudeflareServer, credential: str, *faults: str) -> list[str]:
    """One good request and one of every fate; what was answered to those that failed."""
    failures = []
    async with AsyncAnthropic(base_url=server.url, api_key=credential, max_retries=0) as client:
        for name in ("", *faults):
            for account in ("alpha", "beta"):
                await server.api.post(f"/api/accounts/{account}/clear-limit")
            # The one behind the proxy cannot be reached, and says so in the log.
            behind = {"x-claudeflare-account": "token"} if name == "529" else {}
            try:
                await client.messages.create(**QUESTION, extra_headers={**(fault(name) if name else {}), **behind})
            except APIError as error:
                failures.append(repr(error) + str(error.body))
    return failures


async def _crash(server: ClaudeflareServer) -> dict[str, str]:
    """Both planes die in the way that writes core files where these are allowed."""
    for plane in ("control", "gateway"):
        await server.replaced(plane, server.signal(plane, signal.SIGABRT))
    await server.until_accounts(configured=3)
    said = {"after the crash": str(await _traffic(server, SECRETS["credential of the caller"]))}
    # Frames that nobody has filed yet stay in the journal.
    server.signal("control", signal.SIGSTOP)
    async with httpx2.AsyncClient(base_url=server.url, timeout=5) as client:
        with pytest.raises(httpx2.TimeoutException):
            await client.get("/api/accounts", timeout=0.3)
    said |= {f"stopped/{name}": content.decode("latin-1") for name, content in files(server.home.directory).items()}
    server.signal("control", signal.SIGCONT)
    await asyncio.sleep(0)
    return said


def _rows(settings: Settings) -> dict[str, bytes]:
    """Every value of every row."""
    found = {}
    with opened_source(settings, payloads=True) as source:
        assert source.payloads is not None
        for database, dump in ((source.database, dumped), (source.payloads, dumped_payloads)):
            with dump(database) as tables:
                for table in tables.tables:
                    values = [value for rows in table.batches() for row in rows for value in row]
                    texts = [value if isinstance(value, bytes) else str(value).encode() for value in values]
                    found[f"row of {table.name}"] = b"\n".join(texts)
    return found


@pytest.mark.parametrize("secret", SECRETS.values())
def test_the_search_finds_what_is_there(secret: str) -> None:
    """Or the test above would prove nothing."""
    import zlib

    import zstandard

    for form, text in forms(secret).items():
        assert search({"place": b"x" * 7 + text + b"y"}, {"secret": secret})[0][:2] == ("place", "secret"), form
    for shift in range(4):
        whole = base64.b64encode(b"\xff" * shift + secret.encode() + b"\xfe" * 5)
        assert search({"place": whole}, {"secret": secret}), shift
    for packed in (zstandard.compress(b"a" + secret.encode()), zlib.compress(secret.encode())):
        assert any(secret.encode() in part for part in inflated(b"head" + packed + b"tail"))
    assert search({"place": b"nothing of the kind"}, {"secret": secret}) == []

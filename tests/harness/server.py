"""The product as its user runs it: `claudeflare serve` with all its processes, on a data directory of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from claudeflare.home import Home

T = TypeVar("T")

CLAUDEFLARE = (sys.executable, "-P", "-c", "from claudeflare.cli.main import main; main()")
START_SECONDS = 30.0
"""To start, and to stop: a busy machine may need them."""
VISIBLE_SECONDS = 5.0
"""Until what has happened in one process must show in another."""
POLL_SECONDS = 0.02
"""Other processes send no events to wait for, so they are asked again and again."""


@dataclass
class Printed:
    """What a command printed."""

    stdout: str
    stderr: str

    def json(self) -> Any:
        """Its standard output, read."""
        return json.loads(self.stdout)


@dataclass
class ClaudeflareServer:
    """A server that runs, or did."""

    home: Home
    url: str
    environ: Mapping[str, str]
    process: asyncio.subprocess.Process
    log_file: Path
    api: httpx2.AsyncClient
    """Calls it with the control token."""
    accounts: dict[str, str] = field(default_factory=dict)
    """Name -> API key of what `add` has added."""

    @property
    def token(self) -> str:
        """The control token."""
        return self.home.control_token.read_text().strip()

    @property
    def log(self) -> str:
        """All that its processes have written."""
        return self.log_file.read_text()

    # -- processes -------------------------------------------------------------------------------------------------

    def processes(self) -> dict[int, str]:
        """Pid -> command line of each process of the server that runs, zombies aside."""
        return group_members(self.process.pid)

    def pid(self, plane: str) -> int:
        """The process of `supervisor`, `control` or the one `gateway`."""
        if plane == "supervisor":
            return self.process.pid
        (pid,) = [pid for pid, command in self.processes().items() if f"claudeflare.{plane}" in command]
        return pid

    def signal(self, plane: str, number: signal.Signals) -> int:
        """Send a signal to one process; its pid."""
        pid = self.pid(plane)
        os.kill(pid, number)
        return pid

    async def replaced(self, plane: str, old: int) -> int:
        """The pid of the process that has taken the place of another and serves."""

        async def another() -> int | None:
            found = [pid for pid, command in self.processes().items() if f"claudeflare.{plane}" in command]
            health = (await self.api.get("/health")).json() if found and old not in found else {}
            return found[0] if health.get("ready") and health.get("control") else None

        return await eventually(another, f"a new {plane} in place of {old}", START_SECONDS)

    async def ended(self) -> int:
        """The supervisor's exit status, once it has one."""
        return await asyncio.wait_for(self.process.wait(), START_SECONDS)

    async def stop(self) -> int:
        """SIGTERM, and the exit status."""
        self.process.terminate()
        return await self.ended()

    # -- what its user does ----------------------------------------------------------------------------------------

    async def cli(self, *arguments: str, input: str = "", exit_code: int = 0) -> Printed:
        """Run the command line beside it, in a process of its own; asserts the exit status."""
        process = await asyncio.create_subprocess_exec(
            *CLAUDEFLARE,
            *arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environ,
        )
        stdout, stderr = await asyncio.wait_for(process.communicate(input.encode()), START_SECONDS)
        assert process.returncode == exit_code, f"{arguments}: {stdout.decode()}{stderr.decode()}"
        return Printed(stdout.decode(), stderr.decode())

    async def add(self, *names: str, **properties: Any) -> None:
        """Add accounts with the API keys `sk-ant-api03-<name>` and wait until the gateway knows them."""
        for name in names:
            key = self.accounts[name] = f"sk-ant-api03-{name}"
            answer = await self.api.post("/api/accounts", json={"name": name, "apiKey": key, **properties})
            assert answer.status_code == 201, answer.text
        await self.until_accounts(configured=len((await self.api.get("/api/accounts")).json()))

    async def remove_all(self) -> None:
        """Remove every account."""
        for account in (await self.api.get("/api/accounts")).json():
            confirmation = {"confirm": account["name"]}
            await self.api.request("DELETE", f"/api/accounts/{account['id']}", json=confirmation)
        self.accounts.clear()
        await self.until_accounts(configured=0)

    async def act(self, account: str, action: str, **body: Any) -> Any:
        """POST to one of an account's actions."""
        answer = await self.api.post(f"/api/accounts/{account}/{action}", json=body or None)
        assert answer.is_success, answer.text
        return answer.json()

    async def account(self, name: str) -> Any:
        """What the API says of an account."""
        return (await self.api.get(f"/api/accounts/{name}")).json()

    # -- what becomes of it ----------------------------------------------------------------------------------------

    async def until_accounts(self, **counts: int) -> None:
        """Wait until the gateway counts so many accounts as `configured` and `available`."""

        async def counted() -> bool | None:
            accounts = (await self.api.get("/health")).json()["accounts"]
            return counts.items() <= accounts.items() or None

        await eventually(counted, f"accounts {counts}")

    async def until_standing(self, name: str, standing: str) -> Any:
        """Wait until an account's `rateLimitStatus` is this; the account."""

        async def so() -> Any:
            account = await self.account(name)
            return account if account["rateLimitStatus"] == standing else None

        return await eventually(so, f"{name} to be {standing!r}")

    async def record(self, request_id: str, **expected: Any) -> Any:
        """Everything on record about a request, once it is and says what is expected (later frames amend it)."""
        last: Any = None

        async def found() -> Any:
            nonlocal last
            answer = await self.api.get(f"/api/requests/{request_id}")
            last = answer.json()
            return last if answer.is_success and expected.items() <= last.items() else None

        return await eventually(found, lambda: f"the record {request_id} with {expected}; last: {last}")

    async def requests(self, condition: Callable[[list[Any]], object] = bool, **filters: Any) -> list[Any]:
        """The list of requests, newest first, once `condition` holds for it."""
        last: list[Any] = []

        async def listed() -> list[Any] | None:
            nonlocal last
            last = (await self.api.get("/api/requests", params={"limit": 1000, **filters})).json()
            return last if condition(last) else None

        return await eventually(listed, lambda: f"the list of requests; last: {last}")

    async def raw(self, request: bytes) -> tuple[int, bytes]:
        """Status and the whole answer to bytes sent as they are; the request must ask for the connection's end."""
        host, port = self.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(request)
            answer = await asyncio.wait_for(reader.read(), START_SECONDS)
        finally:
            writer.close()
            await writer.wait_closed()
        return int(answer.split(b" ", 2)[1]), answer

    def __repr__(self) -> str:
        return f"<ClaudeflareServer {self.url}>"


def group_members(group: int) -> dict[int, str]:
    """Pid -> command line of each process of a process group, zombies aside."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat=,args="], capture_output=True, text=True, check=True)
    rows = (line.split(None, 3) for line in listed.stdout.splitlines())
    return {int(row[0]): row[3] for row in rows if len(row) == 4 and row[1] == str(group) and row[2][0] != "Z"}


async def eventually(
    ask: Callable[[], Awaitable[T | None]], what: str | Callable[[], str], seconds: float = VISIBLE_SECONDS
) -> T:
    """Ask until there is an answer."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + seconds
    while not (answer := await ask()):
        if clock() > deadline:
            raise AssertionError(f"waited {seconds:g} s for {what if isinstance(what, str) else what()}")
        await asyncio.sleep(POLL_SECONDS)
    return answer


@asynccontextmanager
async def claudeflare_server(upstream_url: str, directory: Path, **environ: str) -> AsyncIterator[ClaudeflareServer]:
    """A server that sends requests to `upstream_url`; `environ` adds to its environment. Nothing of it outlives this.

    Its log is printed when the block fails; pytest then shows it.
    """
    with tempfile.TemporaryDirectory(prefix="run") as runtime:
        # pytest's own paths are too long for sockets, and killed servers leave theirs.
        settings = {
            "PATH": os.environ["PATH"],
            "PORT": "0",
            "CLAUDEFLARE_HOME": str(directory),
            "CLAUDEFLARE_UPSTREAM_URL": upstream_url,
            "RETRY_DELAY_MS": "1",
            "CLAUDEFLARE_DRAIN_TIMEOUT": "10",
            "XDG_RUNTIME_DIR": runtime,
            "COLUMNS": "120",
            **environ,
        }
        log_file = Path(runtime, "log")
        with log_file.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *CLAUDEFLARE, "serve", stdout=subprocess.PIPE, stderr=log, start_new_session=True, env=settings
            )
        try:
            url = await _announced(process, log_file)
            home = Home(directory)
            authorization = {"authorization": f"Bearer {home.control_token.read_text().strip()}"}
            async with httpx2.AsyncClient(base_url=url, headers=authorization, timeout=START_SECONDS) as api:
                yield ClaudeflareServer(home, url, settings, process, log_file, api)
        except BaseException:
            print(log_file.read_text())
            raise
        finally:
            await _end(process)


async def _announced(process: asyncio.subprocess.Process, log_file: Path) -> str:
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), START_SECONDS)).decode()
    assert line.startswith("listening on "), f"{line!r}: {log_file.read_text()}"
    return line.removeprefix("listening on ").strip()


async def _end(process: asyncio.subprocess.Process) -> None:
    for number in (signal.SIGCONT, signal.SIGTERM):
        if group_members(process.pid):
            os.killpg(process.pid, number)
    try:
        async with asyncio.timeout(START_SECONDS):
            while group_members(process.pid):
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        await process.communicate()

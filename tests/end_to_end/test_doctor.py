"""`claudeflare doctor` beside a whole server: with an account that needs a login, control that hangs, or killed."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import httpx2

from claudeflare import __version__
from claudeflare.home import Home
from harness.server import ClaudeflareServer, claudeflare_server
from harness.signed_in import ask, sign_in, upstream_of

DAY = 86_400.0


async def examined(server: ClaudeflareServer, exit_code: int = 1) -> dict[str, list[tuple[str, str, str | None]]]:
    """Findings by check: state, summary, cure."""
    told: Any = (await server.cli("doctor", "--json", exit_code=exit_code)).json()
    found: dict[str, list[tuple[str, str, str | None]]] = {}
    for finding in told["findings"]:
        found.setdefault(finding["check"], []).append((finding["state"], finding["summary"], finding["cure"]))
    return found


async def test_what_a_server_tells_of_itself_and_what_it_cannot(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    async with upstream_of("alpha") as upstream:
        sign_in(home, upstream, "alpha", lives=DAY, believed=time.time() - 5, good=False)
        async with claudeflare_server(upstream.url, home.directory) as server, httpx2.AsyncClient() as client:
            await ask(client, server.url)
            await server.until_standing("alpha", "needs attention")

            found = await examined(server)
            assert found["server"] == [("ok", f"Runs at {server.url}, ready, version {__version__}.", None)]
            assert found["accounts"] == [("problem", "alpha needs a login.", "claudeflare login alpha")]
            assert found["upstream"] == [("ok", f"{upstream.url} can be reached (it answered 200).", None)]
            assert "port" not in found
            assert {found[check][0][0] for check in ("keys", "database", "journal", "disk", "files")} == {"ok"}

            control = server.signal("control", signal.SIGSTOP)
            begun = time.monotonic()
            found = await examined(server)
            assert time.monotonic() - begun < 10.0
            os.kill(control, signal.SIGCONT)
            assert found["server"][0][1].startswith(
                f"{server.url} takes requests, but its control process does not answer: "
            )
            assert found["accounts"][0][0] == "skipped"

            os.killpg(server.process.pid, signal.SIGKILL)
            await server.ended()
            assert [summary for _, summary, _ in (await examined(server))["server"]] == [
                "No server runs.",
                f"The last server (process {server.process.pid}, {server.url}) was killed, or the machine went down.",
            ]

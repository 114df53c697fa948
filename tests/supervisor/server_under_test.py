"""A server under test: the real supervisor in a process of its own, with planes that do as the test says."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass
class Plane:
    """One plane process, seen from the test."""

    boot: dict[str, Any]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    seen: list[dict[str, Any]] = field(default_factory=list)

    @property
    def pid(self) -> int:
        return int(self.boot["pid"])

    def tell(self, order: str) -> None:
        self.writer.write(order.encode() + b"\n")

    async def until(self, event: str, **facts: Any) -> dict[str, Any]:
        """Read its reports up to this one."""
        while line := await self.reader.readline():
            report: dict[str, Any] = json.loads(line)
            self.seen.append(report)
            if report["event"] == event and facts.items() <= report.items():
                return report
        raise AssertionError(f"the {self.boot['kind']} ended without {event} {facts}; it reported {self.seen}")

    async def gone(self) -> None:
        """Wait until the process has ended."""
        try:
            while line := await self.reader.readline():
                self.seen.append(json.loads(line))
        except ConnectionResetError:
            return


class Planes:
    """Where planes connect to."""

    def __init__(self) -> None:
        self._queues: dict[str, asyncio.Queue[Plane]] = {"gateway": asyncio.Queue(), "control": asyncio.Queue()}
        self._all: list[Plane] = []

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        plane = Plane(json.loads(await reader.readline()), reader, writer)
        self._all.append(plane)
        self._queues[plane.boot["kind"]].put_nowait(plane)

    async def next(self, kind: str) -> Plane:
        """The next plane of this kind to start."""
        return await self._queues[kind].get()

    async def close(self) -> None:
        self._server.close()
        for plane in self._all:
            plane.writer.close()
        await self._server.wait_closed()


@dataclass
class Server:
    """The supervisor's process."""

    process: asyncio.subprocess.Process
    planes: Planes
    home: Path

    async def line(self) -> str:
        """The next line of its standard output; empty at its end."""
        assert self.process.stdout is not None
        return (await self.process.stdout.readline()).decode()

    async def ready(self, gateways: int = 1) -> tuple[Plane, list[Plane], str]:
        """Tell all planes to be ready; returns control, the gateways by worker, and the URL."""
        control = await self.planes.next("control")
        control.tell("ready")
        found: dict[int, Plane] = {}
        for _ in range(gateways):
            gateway = await self.planes.next("gateway")
            found[(await gateway.until("GatewayStart"))["worker"]] = gateway
            gateway.tell("ready")
        line = await self.line()
        assert line.startswith("listening on http://"), line
        return control, [found[worker] for worker in range(gateways)], line.removeprefix("listening on ").strip()

    async def log_until(self, text: str) -> str:
        """Read its log up to the line that holds `text`; returns that line."""
        assert self.process.stderr is not None
        lines: list[str] = []
        while line := (await self.process.stderr.readline()).decode():
            lines.append(line)
            if text in line:
                return line
        raise AssertionError(f"{text!r} was not logged; this was: {''.join(lines)}")

    async def ended(self) -> tuple[int, str, str]:
        """Exit status, and the rest of its output and its log."""
        output, errors = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, output.decode(), errors.decode()


def plane_command(kind: str, port: int, *flags: str) -> list[str]:
    return [sys.executable, str(HERE / "plane.py"), kind, str(port), *flags]


StartServer = Callable[..., Awaitable[Server]]
"""Keyword arguments are environment variables; `gateway` and `control` replace a command."""

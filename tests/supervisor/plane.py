"""A tiny gateway or control: the channel's protocol for real, everything else told by the test over a TCP connection.

    python plane.py KIND PORT [--deaf] --channel-fd N

Connects to the test on PORT, says what happens to it in JSON lines, obeys lines (`ready`, `exit N`, `drop channel`).
With `--deaf` it ignores SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import signal
import socket
from typing import Any

from claudeflare.gateway.channel import ChannelEnd
from claudeflare.gateway.messages import ChannelMessage, ControlStart, GatewayStart, NewLink, Ready


class Plane:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.loop = asyncio.get_running_loop()
        self.over: asyncio.Future[int] = self.loop.create_future()
        self.links: list[asyncio.StreamWriter] = []

    async def run(self) -> int:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.options.port)
        if not self.options.deaf:
            self.loop.add_signal_handler(signal.SIGTERM, self.report, "SIGTERM")
        else:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self.report(
            "boot",
            kind=self.options.kind,
            pid=os.getpid(),
            session=os.getsid(0),
            group=os.getpgid(0),
            blocked=sorted(number.name for number in signal.pthread_sigmask(signal.SIG_BLOCK, [])),
            files=resource.getrlimit(resource.RLIMIT_NOFILE),
            core=resource.getrlimit(resource.RLIMIT_CORE)[0],
            input=os.readlink("/proc/self/fd/0") if os.path.exists("/proc/self/fd/0") else os.devnull,
            fd=self.options.channel_fd,
        )
        self.channel = ChannelEnd(socket.socket(fileno=self.options.channel_fd), self.received, self.channel_closed)
        orders = self.loop.create_task(self.obey())
        status = await self.over
        orders.cancel()
        await self.writer.drain()
        return status

    def report(self, event: str, **facts: Any) -> None:
        self.writer.write(json.dumps({"event": event, **facts}).encode() + b"\n")

    def received(self, message: ChannelMessage, fd: int | None) -> None:
        facts = {"token": "", "path": ""}
        if isinstance(message, (GatewayStart, ControlStart)):
            facts = {"token": message.settings.token, "path": message.control_socket}
            if isinstance(message, ControlStart):
                facts["port_from"] = message.sources["port"]
            self.listening = socket.socket(fileno=fd)
            self.served = self.loop.create_task(self.serve())
        elif isinstance(message, NewLink):
            self.opened = self.loop.create_task(self.open_link(message.worker, socket.socket(fileno=fd)))
        self.report(type(message).__name__, worker=getattr(message, "worker", None), **facts)

    def channel_closed(self) -> None:
        """The supervisor is gone."""
        self.report("orphaned")
        if not self.over.done():
            self.over.set_result(0)

    async def serve(self) -> None:
        """Answer every connection with who took it."""

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(f"{self.options.kind} {os.getpid()}".encode())
            writer.close()

        start = asyncio.start_unix_server if self.listening.family == socket.AF_UNIX else asyncio.start_server
        await start(answer, sock=self.listening)

    async def open_link(self, worker: int, sock: socket.socket) -> None:
        """Say who we are over the link, report who is there, then when it breaks."""
        reader, writer = await asyncio.open_connection(sock=sock)
        self.links.append(writer)
        writer.write(f"{os.getpid()}\n".encode())
        try:
            peer = await reader.readline()
            if peer:
                self.report("linked", worker=worker, peer=int(peer))
            await reader.read()
        except ConnectionResetError:
            pass
        self.report("unlinked", worker=worker)

    async def obey(self) -> None:
        while line := (await self.reader.readline()).decode():
            match line.split():
                case ["ready"]:
                    self.channel.send(Ready())
                case ["exit", status]:
                    self.over.set_result(int(status))
                case ["drop", "channel"]:
                    self.channel.close()
                case ["send", "nonsense"]:
                    self.channel.send(NewLink(0), 0)
        os._exit(9)  # the test is over


async def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind")
    parser.add_argument("port", type=int)
    parser.add_argument("--deaf", action="store_true")
    parser.add_argument("--channel-fd", type=int, required=True)
    return await Plane(parser.parse_args()).run()


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))

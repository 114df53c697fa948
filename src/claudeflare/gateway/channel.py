"""One end of a private socketpair between two of our processes: framed messages, some with a descriptor beside them.

The rule both ends keep: at most one descriptor per message, attached to the message's first byte. A stream socket does
not mark where messages begin, so the reader never asks for bytes beyond the current message: one read for (the rest of)
the length, where a descriptor may arrive, then reads for exactly the payload. However many messages wait, none can take
another's descriptor. (SOCK_SEQPACKET would do this for us, but macOS has none.)
"""

from __future__ import annotations

import array
import asyncio
import logging
import os
import socket
from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from claudeflare.gateway.link import LENGTH_BYTES, MESSAGE_LIMIT, encode_message
from claudeflare.gateway.messages import ChannelMessage

log = logging.getLogger(__name__)

QUEUE_LIMIT: Final = 256
"""Messages that may wait for a peer that does not read. A peer this far behind is stuck; the channel is closed."""


class ChannelEnd:
    """Calls `on_message(message, fd)` for each message and `on_closed()` once, when the other end is gone.

    The descriptor is None when none came; otherwise it is the callee's to close. Owns `sock`. Needs a running loop.
    `on_closed` is not called after `close`.
    """

    def __init__(
        self,
        sock: socket.socket,
        on_message: Callable[[ChannelMessage, int | None], None],
        on_closed: Callable[[], None],
    ) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._on_message = on_message
        self._on_closed = on_closed
        self._loop = asyncio.get_running_loop()
        self._decoder: msgspec.msgpack.Decoder[ChannelMessage] = msgspec.msgpack.Decoder(ChannelMessage)
        self._received = bytearray()
        self._wanted = LENGTH_BYTES
        self._in_payload = False
        self._fd: int | None = None
        self._waiting: deque[tuple[bytes, int | None]] = deque()
        self.closed = False
        self._loop.add_reader(sock, self._readable)

    def send(self, message: ChannelMessage, fd: int | None = None) -> None:
        """Send without waiting. `fd` stays the caller's, who may close it at once. Does nothing when closed."""
        if self.closed:
            return
        data = encode_message(message)
        if not self._waiting:
            sent = self._write(data, fd)
            if sent is None or sent == len(data):
                return
            if sent:
                data, fd = data[sent:], None
            self._loop.add_writer(self._sock, self._writable)
        self._waiting.append((data, None if fd is None else os.dup(fd)))
        if len(self._waiting) > QUEUE_LIMIT:
            log.error("the process at the other end of a channel has stopped reading; the channel is closed")
            self._lost()

    def close(self) -> None:
        """Close the socket and every descriptor not handed on."""
        if self.closed:
            return
        self.closed = True
        self._loop.remove_reader(self._sock)
        self._loop.remove_writer(self._sock)
        self._sock.close()
        held = [fd for _, fd in self._waiting] + [self._fd]
        self._waiting.clear()
        self._fd = None
        for fd in held:
            if fd is not None:
                os.close(fd)

    def _lost(self) -> None:
        if not self.closed:
            self.close()
            self._on_closed()

    def _readable(self) -> None:
        while not self.closed:
            try:
                whole = self._read_step()
            except BlockingIOError:
                return
            except (OSError, EOFError):
                self._lost()
                return
            except ValueError as error:  # msgspec's errors are ValueErrors
                log.error("a channel to another process of this server carries nonsense and is closed: %s", error)
                self._lost()
                return
            if whole is not None:
                self._on_message(*whole)

    def _read_step(self) -> tuple[ChannelMessage, int | None] | None:
        """One read of at most what the current message still lacks; the message and its descriptor once it is whole."""
        missing = self._wanted - len(self._received)
        data = self._sock.recv(missing) if self._in_payload else self._receive_with_fd(missing)
        if not data:
            raise EOFError
        self._received += data
        if len(data) < missing:
            return None
        if not self._in_payload:
            self._wanted = int.from_bytes(self._received, "big")
            if not 0 < self._wanted <= MESSAGE_LIMIT:
                raise ValueError(f"a message of {self._wanted} bytes was announced; the limit is {MESSAGE_LIMIT}")
            self._in_payload = True
            self._received.clear()
            return None
        message = self._decoder.decode(self._received)
        fd, self._fd = self._fd, None
        self._received.clear()
        self._wanted, self._in_payload = LENGTH_BYTES, False
        return message, fd

    def _receive_with_fd(self, size: int) -> bytes:
        data, ancillary, flags, _ = self._sock.recvmsg(size, socket.CMSG_SPACE(array.array("i").itemsize))
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                (self._fd,) = array.array("i", content)
                os.set_inheritable(self._fd, False)  # received descriptors are inheritable unless told otherwise
        if flags & socket.MSG_CTRUNC:
            # The kernel drops a descriptor it cannot place. Without it the message would mean something else.
            raise ValueError("a descriptor was lost; this process may have reached its limit of open files")
        return data

    def _write(self, data: bytes, fd: int | None) -> int | None:
        """Bytes taken now; 0 when the socket is full; None when the other end is gone."""
        try:
            if fd is None:
                return self._sock.send(data)
            return socket.send_fds(self._sock, [data], [fd])
        except BlockingIOError:
            return 0
        except OSError:
            self._loop.call_soon(self._lost)  # not from inside `send`: its caller may be in the middle of something
            return None

    def _writable(self) -> None:
        while self._waiting:
            data, fd = self._waiting[0]
            sent = self._write(data, fd)
            if not sent:
                return
            if fd is not None:
                os.close(fd)
            if sent < len(data):
                self._waiting[0] = (data[sent:], None)
                return
            self._waiting.popleft()
        self._loop.remove_writer(self._sock)

    def __repr__(self) -> str:
        state = "closed" if self.closed else f"{len(self._waiting)} waiting"
        return f"<ChannelEnd {state}>"

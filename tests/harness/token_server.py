"""A token endpoint on a free port: rotates refresh tokens as the real one does, and fails as it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, str], bytes]
"""Status, header fields, body."""

HTML: Answer = (200, {"content-type": "text/html"}, b"<html>Just a moment...</html>")
LOST = "lost"
"""Take the request, rotate, and close without an answer."""
TRICKLE = "trickle"
"""A byte of a head now and then, never an end."""


class TokenServer:
    """Access tokens are `access-1`, `access-2`, …; refresh tokens `refresh-0`, `refresh-1`, …, each good once."""

    def __init__(self, expires_in: float | None = 3600) -> None:
        self.expires_in = expires_in
        self.count = 0
        """Rotations so far."""
        self.requests: list[tuple[dict[str, str], dict[str, Any]]] = []
        """Header fields and body of each."""
        self.fails: Answer | str | None = None
        """How it fails until this is None again."""
        self.arrived = threading.Event()
        self.may_answer = threading.Event()
        """Cleared: requests wait."""
        self.may_answer.set()
        self.on_request: Callable[[], None] = lambda: None
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = False
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1/oauth/token"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def current(self) -> str:
        """The refresh token that is good now."""
        return f"refresh-{self.count}"

    def close(self) -> None:
        """End, with everything that still waits."""
        self._stopping.set()
        self.may_answer.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _grant(self, form: dict[str, Any]) -> Answer:
        with self._lock:
            if form["grant_type"] == "refresh_token" and form["refresh_token"] != self.current:
                error = {"error": "invalid_grant", "error_description": "Refresh token not found or invalid"}
                return 400, {"content-type": "application/json"}, json.dumps(error).encode()
            self.count += 1
            content: dict[str, Any] = {
                "token_type": "Bearer",
                "access_token": f"access-{self.count}",
                "refresh_token": self.current,
                "scope": "user:inference user:profile",
                "account": {"email_address": "someone@example.com"},
                "organization": {"name": "Example"},
            }
            if self.expires_in is not None:
                content["expires_in"] = self.expires_in
            return 200, {"content-type": "application/json"}, json.dumps(content).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                fields = {name.lower(): value for name, value in self.headers.items()}
                server.requests.append((fields, json.loads(body or b"{}")))
                server.on_request()
                server.arrived.set()
                server.may_answer.wait(30)
                self.close_connection = True
                fails = server.fails
                if fails == TRICKLE:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
                    while not server._stopping.wait(0.02):
                        try:
                            self.wfile.write(b"x")
                        except OSError:
                            return
                    return
                answer = server._grant(json.loads(body)) if fails in (None, LOST) else fails
                if fails != LOST:
                    assert isinstance(answer, tuple)
                    self._send(*answer)

            def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
                try:
                    self.send_response(status)
                    for name, value in {**headers, "content-length": str(len(body))}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # the client has left

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler

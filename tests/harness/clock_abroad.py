"""An upstream that does nothing but answer, with a clock that agrees with the tests'."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer

from harness.data_directory import NOW


class _Answering(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response_only(404)
        self.send_header("date", formatdate(NOW, usegmt=True))
        self.end_headers()


@contextmanager
def clock_abroad() -> Iterator[str]:
    """Its URL."""
    with HTTPServer(("127.0.0.1", 0), _Answering) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()

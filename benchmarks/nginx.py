"""nginx as the yardstick: a keep-alive reverse proxy that sets a credential and does nothing else."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

PROGRAM_PATH = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin"
PROXY_CORE = "0"
"""Where every proxy under test runs, one at a time; the load generator has core 1."""

# A body of 700 kB stays in memory, as it does in Claudeflare: a body that goes through a file is another test.
CONFIGURATION = """
worker_processes 1; daemon off; error_log {folder}/error warn; pid {folder}/pid; worker_rlimit_nofile 20000;
events {{ worker_connections 10000; use epoll; multi_accept on; }}
http {{
  access_log off; tcp_nodelay on; keepalive_requests 100000000; keepalive_timeout 120s;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  client_max_body_size 32m; client_body_buffer_size 1100k;
  upstream api {{ server 127.0.0.1:{upstream}; keepalive 2000; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass {scheme}://api; proxy_http_version 1.1; proxy_set_header Connection ""; {tls}
      proxy_set_header Authorization "Bearer acct"; proxy_buffering off; proxy_request_buffering on;
      proxy_read_timeout 600s;
    }}
  }}
}}
"""

# As Claudeflare does it: verified, connections kept, sessions resumed.
TLS = """
      proxy_ssl_trusted_certificate {authorities}; proxy_ssl_verify on; proxy_ssl_name localhost;
      proxy_ssl_server_name on; proxy_ssl_session_reuse on; proxy_ssl_protocols TLSv1.3;
"""


class NginxMissing(Exception):
    """There is no nginx to compare with."""


def find_program() -> str:
    """Where nginx is; raises `NginxMissing`."""
    program = shutil.which("nginx", path=PROGRAM_PATH)
    if program is None:
        raise NginxMissing("nginx is not installed (Debian: apt-get install nginx-light)")
    return program


def start_program(program: str, core: str, configuration: Path, port: int) -> subprocess.Popen[bytes]:
    """Start it on a core; returns when it listens on `port`."""
    command = ["taskset", "-c", core, program, "-c", str(configuration), "-p", str(configuration.parent)]
    process = subprocess.Popen(command)
    for _ in range(50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.1)
    process.terminate()
    raise NginxMissing(f"nginx does not listen on port {port}; its own message is above")


class Nginx:
    """Runs while its `with` block does."""

    def __init__(self, port: int, upstream_port: int, authorities: Path | None = None) -> None:
        """`authorities` are trusted for an upstream behind TLS; None: the upstream speaks plain HTTP."""
        self.port = port
        self._program = find_program()
        self._upstream_port = upstream_port
        self._authorities = authorities
        self._folder = tempfile.TemporaryDirectory(prefix="claudeflare-bench-nginx-")

    @property
    def version(self) -> str:
        """As it says itself, e.g. `nginx/1.22.1`."""
        said = subprocess.run([self._program, "-v"], capture_output=True, text=True).stderr
        return said.rpartition(" ")[2].strip()

    @property
    def pids(self) -> list[int]:
        """The master's and the worker's."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        return [self._process.pid, *map(int, children.split())]

    def __enter__(self) -> Nginx:
        folder = Path(self._folder.name)
        folder.chmod(0o755)  # the worker runs as another user
        scheme, tls = ("https", TLS.format(authorities=self._authorities)) if self._authorities else ("http", "")
        configuration = folder / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(folder=folder, port=self.port, upstream=self._upstream_port, scheme=scheme, tls=tls),
            encoding="utf-8",
        )
        self._process = start_program(self._program, PROXY_CORE, configuration, self.port)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()

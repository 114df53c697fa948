"""A real nginx in front of an upstream, on a Unix socket, for as long as a test needs it."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

CONFIGURATION = """
daemon off;
worker_processes 1;
{user}
pid {directory}/pid;
error_log stderr crit;
events {{}}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    upstream behind {{
        server {upstream};
        # Connections are used for one client after the other: only so can what was smuggled become another's.
        keepalive 1;
    }}
    server {{
        listen unix:{directory}/socket;
        server_name localhost;
        location / {{
            proxy_pass http://behind;
            proxy_set_header Host localhost;
            proxy_set_header Connection "";
            proxy_http_version 1.1;
            # As here: a client that has said all it wants may close its side and still have its answers.
            proxy_ignore_client_abort on;
        }}
    }}
}}
"""


def nginx_path() -> str | None:
    """Where nginx is, None where there is none."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


@asynccontextmanager
async def running_nginx(upstream: str, directory: Path) -> AsyncIterator[str]:
    """Gives the path of its socket."""
    program = nginx_path()
    assert program is not None
    configuration = directory / "nginx.conf"
    # Started by root, its worker would be somebody who may not enter the directory.
    user = "user root;" if os.getuid() == 0 else ""
    configuration.write_text(
        CONFIGURATION.format(directory=directory, upstream=upstream.removeprefix("http://"), user=user)
    )
    with socket.socket(socket.AF_UNIX) as listener:
        # It is handed a socket that listens already: there is no moment at which it cannot be connected to.
        listener.bind(f"{directory}/socket")
        listener.listen(64)
        process = await asyncio.create_subprocess_exec(
            program,
            *("-p", str(directory), "-c", str(configuration)),
            env={**os.environ, "NGINX": f"{listener.fileno()};"},
            pass_fds=(listener.fileno(),),
        )
    try:
        yield f"{directory}/socket"
    finally:
        process.terminate()
        await process.wait()

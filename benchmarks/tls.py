"""TLS between the proxies and the load generator's upstream: an nginx on the generator's core that ends it."""

from __future__ import annotations

import datetime
import ipaddress
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from load import LOAD_CORE
from nginx import find_program, start_program

CONFIGURATION = """
worker_processes 1; daemon off; error_log {folder}/error warn; pid {folder}/pid; worker_rlimit_nofile 20000;
events {{ worker_connections 10000; use epoll; multi_accept on; }}
http {{
  access_log off; tcp_nodelay on; keepalive_requests 100000000; keepalive_timeout 600s;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  client_max_body_size 32m; client_body_buffer_size 1100k;
  upstream plain {{ server 127.0.0.1:{upstream}; keepalive 2000; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{port} ssl backlog=4096;
    ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem;
    ssl_protocols TLSv1.3; ssl_session_cache shared:sessions:1m;
    location / {{
      proxy_pass http://plain; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_buffering off; proxy_request_buffering on; proxy_read_timeout 600s;
    }}
  }}
}}
"""


class TlsFront:
    """Runs while its `with` block does. What comes in over TLS goes on without."""

    def __init__(self, port: int, upstream_port: int) -> None:
        self.port = port
        self._upstream_port = upstream_port
        self._folder = tempfile.TemporaryDirectory(prefix="claudeflare-bench-tls-")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def authorities(self) -> Path:
        """The certificate to trust."""
        return Path(self._folder.name) / "certificate.pem"

    def __enter__(self) -> TlsFront:
        folder = Path(self._folder.name)
        folder.chmod(0o755)
        _make_certificate(folder)
        configuration = folder / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(folder=folder, port=self.port, upstream=self._upstream_port), encoding="utf-8"
        )
        self._process = start_program(find_program(), LOAD_CORE, configuration, self.port)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        self._folder.cleanup()


def _make_certificate(folder: Path) -> None:
    """An elliptic one, as the real API has, for `localhost` and 127.0.0.1, good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

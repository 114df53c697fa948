"""TLS to upstreams, resumed: a new connection continues the session of an earlier one (RFC 8446 §2.2, RFC 5077)."""

from __future__ import annotations

import ssl

from claudeflare.errors import SettingsError


class ResumingContext(ssl.SSLContext):
    """A client context that gives each new connection the latest session known for its server.

    asyncio and uvloop offer no way to pass a session, but both make their TLS objects by `wrap_bio`. A resumed
    handshake skips certificates and one signature check, and with TLS 1.2 a round trip.
    """

    def __init__(self, protocol: int) -> None:
        """`protocol`: as `ssl.SSLContext` takes it."""
        self._sessions: dict[str, ssl.SSLSession] = {}

    def wrap_bio(  # type: ignore[override]  # the name's encoding is the base class's business
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """See `ssl.SSLContext.wrap_bio`."""
        if session is None and server_hostname is not None:
            session = self._sessions.get(server_hostname)
        return super().wrap_bio(incoming, outgoing, server_side, server_hostname, session)

    def remember(self, connection: ssl.SSLObject) -> None:
        """Keep the session of a connection that has carried data: with TLS 1.3 tickets come after the handshake."""
        session, server = connection.session, connection.server_hostname
        if session is not None and server is not None and session.has_ticket:
            self._sessions[server] = session

    def __repr__(self) -> str:
        return f"<ResumingContext sessions of {sorted(self._sessions)}>"


def client_tls(certificate_file: str) -> ResumingContext:
    """TLS to upstreams: verified against the given authorities or the system's, HTTP/1.1 by ALPN.

    Raises `SettingsError` when the file of authorities cannot be used.
    """
    context = ResumingContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if certificate_file:
            context.load_verify_locations(cafile=certificate_file)
        else:
            context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    except OSError as error:
        raise SettingsError(
            f"SSL_CERT_FILE is {certificate_file!r}, which cannot be read as certificates in PEM: {error}."
        ) from error
    context.set_alpn_protocols(["http/1.1"])
    return context

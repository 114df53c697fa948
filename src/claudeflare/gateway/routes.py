"""Who answers a request: the API, control, or the gateway itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from claudeflare.gateway.api_exchange import ApiExchange
from claudeflare.gateway.control_exchange import ControlExchange
from claudeflare.gateway.gate import body_limit, gate
from claudeflare.gateway.local_exchange import HealthExchange, ProbeExchange
from claudeflare.gateway.payload_capture import CapturedExchange, is_captured

if TYPE_CHECKING:
    from claudeflare.gateway.client_connection import ClientConnection
    from claudeflare.gateway.exchange import Exchange
    from claudeflare.gateway.server import GatewayServer
    from claudeflare.http1.request_parser import RequestHead


def exchange_for(head: RequestHead, connection: ClientConnection, server: GatewayServer) -> Exchange:
    """The exchange for one request, told already when it is to be refused."""
    path, hosts = head.path, server.allowed_hosts
    exchange: Exchange
    if path.startswith(b"/v1/") or path == b"/v1":
        limit = body_limit(path, server.settings)
        if server.payloads is not None and is_captured(head):
            exchange = CapturedExchange(connection, server, head, limit, server.payloads)
        else:
            exchange = ApiExchange(connection, server, head, limit)
        keys = server.client_keys
        exchange.refusal = keys.greet(exchange, limit) if keys.exist else gate(head, hosts, limit, api=True)
        return exchange
    if path == b"/health" and head.method in (b"GET", b"HEAD"):
        return HealthExchange(connection, server, head)
    if head.method == b"HEAD" and path in (b"/", b"/api/hello"):
        return ProbeExchange(connection, server, head)
    exchange = ControlExchange(connection, server, head)
    exchange.refusal = gate(head, hosts, None, api=False)
    return exchange

from __future__ import annotations

import json
import socket
import threading

import pytest

from claudeflare.credentials.kinds import Wif
from claudeflare.credentials.token_endpoint import ANSWER_LIMIT, AuthorizationCode, TokenEndpoint
from claudeflare.credentials.token_reply import EndpointMisplaced, EndpointTroubled, GrantRefused, TokenReply
from claudeflare.settings import Settings
from harness.token_server import HTML, LOST, TRICKLE, TokenServer


@pytest.fixture
def endpoint() -> TokenEndpoint:
    return TokenEndpoint(Settings())


def test_a_refresh_as_documented(endpoint: TokenEndpoint, tokens: TokenServer) -> None:
    reply = endpoint.refresh(tokens.url, "refresh-0", "client")
    assert reply == TokenReply(
        access_token="access-1",
        refresh_token="refresh-1",
        expires_in=3600.0,
        scopes=("user:inference", "user:profile"),
        account_email="someone@example.com",
        organization="Example",
    )
    [(fields, body)] = tokens.requests
    assert body == {"grant_type": "refresh_token", "refresh_token": "refresh-0", "client_id": "client"}
    assert fields["content-type"] == "application/json"
    assert fields["anthropic-beta"] == "oauth-2025-04-20"
    assert fields["user-agent"].startswith("claudeflare/")
    endpoint.refresh(tokens.url, "refresh-1", "client", ("a", "b"))
    assert tokens.requests[1][1]["scope"] == "a b"


def test_a_code_as_documented(endpoint: TokenEndpoint, tokens: TokenServer) -> None:
    grant = AuthorizationCode(
        code="c", state="s", verifier="v", redirect_uri="http://localhost/callback", client_id="client"
    )
    assert endpoint.exchange_code(tokens.url, grant).access_token == "access-1"
    assert tokens.requests[0][1] == {
        "grant_type": "authorization_code",
        "code": "c",
        "state": "s",
        "redirect_uri": "http://localhost/callback",
        "client_id": "client",
        "code_verifier": "v",
    }
    assert repr(grant) == "AuthorizationCode(…)"


def test_an_assertion_as_documented(endpoint: TokenEndpoint, tokens: TokenServer) -> None:
    wif = Wif(
        assertion_file="/x",
        federation_rule_id="fdrl_1",
        organization_id="org",
        service_account_id="svac_1",
        token_url=tokens.url,
    )
    assert endpoint.exchange_assertion(wif, "a.b.c").access_token == "access-1"
    fields, body = tokens.requests[0]
    assert fields["anthropic-beta"] == "oauth-2025-04-20,oidc-federation-2026-04-01"
    assert body == {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": "a.b.c",
        "federation_rule_id": "fdrl_1",
        "organization_id": "org",
        "service_account_id": "svac_1",
        "workspace_id": "default",
    }


def test_an_api_key_is_made(endpoint: TokenEndpoint, tokens: TokenServer) -> None:
    tokens.fails = (200, {}, b'{"raw_key": "sk-ant-api03-new"}')
    assert endpoint.create_api_key(tokens.url, "access") == "sk-ant-api03-new"
    fields, body = tokens.requests[0]
    assert (fields["authorization"], body) == ("Bearer access", {})
    tokens.fails = (200, {}, b'{"raw_key": null}')
    with pytest.raises(EndpointMisplaced, match="no API key"):
        endpoint.create_api_key(tokens.url, "access")
    tokens.fails = (401, {}, b'{"error": {"type": "authentication_error"}}')
    with pytest.raises(GrantRefused):
        endpoint.create_api_key(tokens.url, "access")


def test_a_lost_answer_is_trouble(endpoint: TokenEndpoint, tokens: TokenServer) -> None:
    tokens.fails = LOST
    with pytest.raises(EndpointTroubled, match="cannot be reached") as caught:
        endpoint.refresh(tokens.url, "refresh-0", "client")
    # Whatever is logged of it, the request is not.
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_page_is_no_answer(endpoint: TokenEndpoint, tokens: TokenServer) -> None:
    tokens.fails = HTML
    with pytest.raises(EndpointMisplaced, match="200 and no JSON"):
        endpoint.refresh(tokens.url, "refresh-0", "client")


def test_redirects_are_not_followed(endpoint: TokenEndpoint, tokens: TokenServer) -> None:
    tokens.fails = (307, {"location": tokens.url}, b"")
    with pytest.raises(EndpointMisplaced):
        endpoint.refresh(tokens.url, "refresh-0", "client")
    assert len(tokens.requests) == 1


def test_answers_are_bounded(endpoint: TokenEndpoint, tokens: TokenServer) -> None:
    tokens.fails = (200, {}, b" " * (ANSWER_LIMIT + 1))
    with pytest.raises(EndpointMisplaced, match="longer than"):
        endpoint.refresh(tokens.url, "refresh-0", "client")


def test_a_broken_encoding(endpoint: TokenEndpoint, tokens: TokenServer) -> None:
    tokens.fails = (200, {"content-encoding": "gzip"}, b"not gzip")
    with pytest.raises(EndpointTroubled, match="decompressed"):
        endpoint.refresh(tokens.url, "refresh-0", "client")


def test_nobody_is_there(endpoint: TokenEndpoint) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(EndpointTroubled, match="ConnectError"):
        endpoint.refresh(f"http://127.0.0.1:{port}/token", "refresh-0", "client")


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://example.com/x", "http://[::1", "http://exa mple/x"])
def test_urls_that_cannot_be_used(endpoint: TokenEndpoint, url: str) -> None:
    with pytest.raises((EndpointMisplaced, EndpointTroubled)):
        endpoint.refresh(url, "refresh-0", "client")


def test_a_deadline_for_the_whole_of_it(tokens: TokenServer) -> None:
    tokens.fails = TRICKLE
    with pytest.raises(EndpointTroubled, match=r"did not answer in 0\.2 s"):
        TokenEndpoint(Settings(), timeout=0.2).refresh(tokens.url, "refresh-0", "client")


def test_a_proxy_is_asked_for_a_tunnel() -> None:
    asked: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            asked.append(connection.recv(4096))
            connection.sendall(b"HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        proxy = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(EndpointTroubled):
            TokenEndpoint(Settings(https_proxy=proxy)).refresh("https://tokens.example/x", "refresh-0", "client")
        thread.join()
    assert asked[0].startswith(b"CONNECT tokens.example:443 ")


def test_what_it_shows_of_itself() -> None:
    endpoint = TokenEndpoint(Settings(https_proxy="http://user:secret@proxy.example:3128"))
    assert "secret" not in repr(endpoint)
    assert json.dumps(repr(endpoint))

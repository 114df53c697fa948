"""Asks a token endpoint for tokens, whatever state it is in: one bounded request, one answer or one known error."""

from __future__ import annotations

import asyncio
from typing import Final

import httpx2
import msgspec

from claudeflare import __version__
from claudeflare.credentials.kinds import Wif
from claudeflare.credentials.token_reply import (
    EndpointMisplaced,
    EndpointTroubled,
    TokenReply,
    read_object,
    read_tokens,
)
from claudeflare.gateway.egress import Egress
from claudeflare.gateway.origin import parse_upstream
from claudeflare.gateway.tls_sessions import client_tls
from claudeflare.settings import Settings

TIMEOUT_SECONDS: Final = 30.0
"""For the whole of it, however slowly bytes trickle in."""
ANSWER_LIMIT: Final = 262_144
"""Bytes; tokens take a few thousand."""

OAUTH_BETA: Final = "oauth-2025-04-20"
FEDERATION_BETA: Final = "oidc-federation-2026-04-01"
JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
"""RFC 7523 §2.1."""


class AuthorizationCode(msgspec.Struct, frozen=True, kw_only=True):
    """What a sign-in has to show for its tokens."""

    code: str
    state: str
    verifier: str
    """RFC 7636 §4.1."""
    redirect_uri: str
    client_id: str

    def __repr__(self) -> str:
        return "AuthorizationCode(…)"


class TokenEndpoint:
    """Every method blocks, for `timeout` seconds at most: call it in a thread that may, not in an event loop's.

    Raises `token_reply.TokenEndpointError`, always as one of its four kinds, and never with a secret in it.
    """

    def __init__(self, settings: Settings, timeout: float = TIMEOUT_SECONDS) -> None:
        self._proxy = settings.https_proxy
        self._egress = Egress(settings.https_proxy, settings.no_proxy)
        self._certificates = settings.ssl_cert_file
        self._timeout = timeout

    def refresh(self, token_url: str, refresh_token: str, client_id: str, scopes: tuple[str, ...] = ()) -> TokenReply:
        """The next tokens. `refresh_token` may be spent from the moment this is called, answer or not."""
        grant = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": client_id}
        if scopes:
            grant["scope"] = " ".join(scopes)
        return self._tokens(token_url, grant, OAUTH_BETA)

    def exchange_code(self, token_url: str, grant: AuthorizationCode) -> TokenReply:
        """The first tokens of a sign-in (RFC 6749 §4.1.3). A code works once."""
        form = {
            "grant_type": "authorization_code",
            "code": grant.code,
            "state": grant.state,
            "redirect_uri": grant.redirect_uri,
            "client_id": grant.client_id,
            "code_verifier": grant.verifier,
        }
        return self._tokens(token_url, form, OAUTH_BETA)

    def exchange_assertion(self, wif: Wif, assertion: str) -> TokenReply:
        """A token for somebody else's, `assertion`."""
        form = {
            "grant_type": JWT_BEARER,
            "assertion": assertion,
            "federation_rule_id": wif.federation_rule_id,
            "organization_id": wif.organization_id,
            "service_account_id": wif.service_account_id,
            "workspace_id": wif.workspace_id,
        }
        return self._tokens(wif.token_url, form, f"{OAUTH_BETA},{FEDERATION_BETA}")

    def create_api_key(self, url: str, access_token: str) -> str:
        """An API key, made by `url` for whom the token stands for."""
        headers = {"authorization": f"Bearer {access_token}", "content-type": "application/x-www-form-urlencoded"}
        answer = read_object(*self._post(url, b"", headers | {"anthropic-beta": OAUTH_BETA}))
        key = answer.get("raw_key")
        if not isinstance(key, str) or not key:
            raise EndpointMisplaced("What answers there made no API key.")
        return key

    def _tokens(self, url: str, form: dict[str, str], betas: str) -> TokenReply:
        headers = {"content-type": "application/json", "anthropic-beta": betas}
        return read_tokens(*self._post(url, msgspec.json.encode(form), headers))

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        return asyncio.run(self._exchange(url, body, headers))

    async def _exchange(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Status, header fields, body."""
        # A client of asyncio's, although callers block: only here a deadline holds for the whole exchange.
        common = {"accept": "application/json", "user-agent": f"claudeflare/{__version__}"}
        try:
            async with asyncio.timeout(self._timeout), self._client(url) as client:
                request = client.stream("POST", url, content=body, headers=common | headers)
                async with request as response:
                    return response.status_code, dict(response.headers), await _read(response)
        except TimeoutError:
            message = f"The token endpoint did not answer in {self._timeout:g} s."
        except httpx2.TransportError as error:
            message = f"The token endpoint cannot be reached ({type(error).__name__})."
        except httpx2.DecodingError:
            message = "The token endpoint's answer cannot be decompressed."
        except (httpx2.InvalidURL, UnicodeError, ValueError):
            raise EndpointMisplaced("The token endpoint's URL cannot be used. Check it in the settings.") from None
        # Without their causes: those hold the request, and it holds the secret.
        raise EndpointTroubled(message)

    def _client(self, url: str) -> httpx2.AsyncClient:
        origin = parse_upstream(url).origin
        proxy = None
        if self._egress.proxy_for(origin) is not None:
            proxy = self._proxy if "://" in self._proxy else f"http://{self._proxy}"
        return httpx2.AsyncClient(
            verify=client_tls(self._certificates) if origin.tls else False,
            proxy=proxy,
            timeout=self._timeout,
            trust_env=False,
        )

    def __repr__(self) -> str:
        return f"<TokenEndpoint {self._egress!r}>"


async def _read(response: httpx2.Response) -> bytes:
    body = b""
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > ANSWER_LIMIT:
            raise EndpointMisplaced(f"The token endpoint's answer is longer than {ANSWER_LIMIT} bytes.")
    return body

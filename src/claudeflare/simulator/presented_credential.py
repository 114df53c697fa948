"""The credential a request presents, and why it is refused."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from claudeflare.simulator.betas import OAUTH, split_betas
from claudeflare.simulator.errors import ApiError

API_KEY_PREFIX = "sk-ant-api"


class PresentedCredential(msgspec.Struct, frozen=True):
    """The one credential a request came with."""

    secret: str
    bearer: bool

    def __repr__(self) -> str:
        return f"<PresentedCredential {'bearer' if self.bearer else 'x-api-key'}>"


def read_credential(headers: Mapping[str, str]) -> PresentedCredential:
    """The credential, in one of its two headers.

    API keys come in x-api-key or, from the SDK since version 2, as bearer token; OAuth tokens only as bearer token, and
    they need the oauth beta. Raises ApiError 401 when there is no credential, or both, or that beta is missing.
    """
    key, authorization = headers.get("x-api-key"), headers.get("authorization")
    if key is not None and authorization is not None:
        raise ApiError(401, "Invalid authentication credentials")
    if key is not None:
        return PresentedCredential(key, bearer=False)
    if authorization is None:
        raise ApiError(401, "x-api-key header is required")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ApiError(401, "Invalid bearer token")
    if not token.startswith(API_KEY_PREFIX) and OAUTH not in split_betas(headers.get("anthropic-beta", "")):
        raise ApiError(401, "OAuth authentication is currently not supported.")
    return PresentedCredential(token.strip(), bearer=True)


def refused_credential(credential: PresentedCredential) -> ApiError:
    """401 for a credential that opens nothing."""
    return ApiError(401, "Invalid bearer token" if credential.bearer else "invalid x-api-key")

"""Which credentials the API reads, and how it refuses the others."""

from __future__ import annotations

import pytest

from claudeflare.simulator.errors import ApiError
from claudeflare.simulator.presented_credential import PresentedCredential, read_credential, refused_credential


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "x-api-key header is required"),
        ({"x-api-key": "a", "authorization": "Bearer b"}, "Invalid authentication credentials"),
        ({"authorization": "Basic b"}, "Invalid bearer token"),
        ({"authorization": "Bearer "}, "Invalid bearer token"),
        ({"authorization": "Bearer sk-ant-oat01-x"}, "OAuth authentication is currently not supported."),
        (
            {"authorization": "Bearer sk-ant-oat01-x", "anthropic-beta": "fast-mode-2026-02-01"},
            "OAuth authentication is currently not supported.",
        ),
    ],
)
def test_a_request_has_exactly_one_credential(headers: dict[str, str], message: str) -> None:
    with pytest.raises(ApiError) as caught:
        read_credential(headers)
    assert (caught.value.status, caught.value.kind, caught.value.message) == (401, "authentication_error", message)


def test_credentials_are_read_from_either_header() -> None:
    key = read_credential({"x-api-key": "sk-ant-api03-x"})
    assert (key.secret, key.bearer) == ("sk-ant-api03-x", False)
    sdk = read_credential({"authorization": "Bearer sk-ant-api03-x"})
    assert (sdk.secret, sdk.bearer) == ("sk-ant-api03-x", True)
    betas = "claude-code-20250219,oauth-2025-04-20, interleaved-thinking-2025-05-14"
    token = read_credential({"authorization": "Bearer sk-ant-oat01-x", "anthropic-beta": betas})
    assert token.secret == "sk-ant-oat01-x"
    assert "sk-ant" not in repr([key, sdk, token])


def test_a_credential_that_opens_nothing_is_named_by_its_header() -> None:
    assert refused_credential(PresentedCredential("x", bearer=False)).message == "invalid x-api-key"
    assert refused_credential(PresentedCredential("x", bearer=True)).message == "Invalid bearer token"

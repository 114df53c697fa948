"""The person at the browser: allows a sign-in on the simulator's page."""

from __future__ import annotations

import httpx2

CLIENT_ID = "an-owners-client"


def sign_in_settings(api_url: str) -> dict[str, str]:
    """Settings, by field, of a server whose accounts are signed in to at a simulated API."""
    return {
        "oauth_client_id": CLIENT_ID,
        "oauth_authorize_url": f"{api_url}/oauth/authorize",
        "oauth_token_url": f"{api_url}/v1/oauth/token",
        "oauth_redirect_uri": f"{api_url}/oauth/code/callback",
        "oauth_api_key_url": f"{api_url}/api/oauth/claude_cli/create_api_key",
        "upstream_url": api_url,
    }


def sign_in_environment(api_url: str) -> dict[str, str]:
    """The same as variables."""
    return {f"CLAUDEFLARE_{name.upper()}": value for name, value in sign_in_settings(api_url).items()}


async def allow(link: str, account: str) -> str:
    """What the page then shows to be pasted."""
    async with httpx2.AsyncClient() as http:
        answer = await http.post(link, data={"account": account}, headers={"accept": "application/json"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["paste"])

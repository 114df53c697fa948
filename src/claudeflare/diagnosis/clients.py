"""What clients started here find in their environment: does it lead to this server?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from claudeflare.diagnosis.base_url import check_base_url, shown_url
from claudeflare.diagnosis.claude_code import ClaudeCodeSettings
from claudeflare.diagnosis.client_proxy import check_client_proxy
from claudeflare.diagnosis.finding import Finding, warning

BASE_URL, API_KEY, AUTH_TOKEN = "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"


@dataclass(frozen=True, slots=True)
class Given:
    """One environment a client may find."""

    place: str
    """As messages name it."""
    values: Mapping[str, str]

    def cure(self, name: str, value: str | None) -> str:
        """How to set a variable there, or with None to unset it."""
        if self.place == "this shell":
            return f"unset {name}" if value is None else f"export {name}={value}"
        return f"remove {name} from `env` in {self.place}" if value is None else f'in {self.place}: "{name}": "{value}"'


def check_clients(
    environ: Mapping[str, str], claude_code: ClaudeCodeSettings, server: str | None, known_hosts: frozenset[str]
) -> list[Finding]:
    """`server`: the URL clients should have, None where it is not known; `known_hosts` lead to it as well."""
    places = [
        place
        for place in (Given("this shell", environ), Given(str(claude_code.path), claude_code.env))
        if place.values.get(BASE_URL)
    ]
    found = [] if claude_code.finding is None else [claude_code.finding]
    if not places:
        found.append(_missing(server))
    for place in places:
        cure = place.cure(BASE_URL, server or "http://127.0.0.1:PORT")
        found.append(check_base_url(place.values[BASE_URL], place.place, server, known_hosts, cure))
    found += _override(places)
    effective = {**environ, **claude_code.env}
    found += _two_credentials(environ, claude_code)
    found += check_client_proxy(effective, effective.get(BASE_URL) or server)
    return found


def _missing(server: str | None) -> Finding:
    cure = "claudeflare run -- CMD …" + ("" if server is None else f", or: export {BASE_URL}={server}")
    return warning("clients", f"{BASE_URL} is not set: clients of this shell do not come to Claudeflare.", cure)


def _override(places: list[Given]) -> Iterator[Finding]:
    """Claude Code puts its settings' `env` above what it was started with."""
    urls = [place.values[BASE_URL].rstrip("/") for place in places]
    if len(set(urls)) > 1:
        summary = f"Claude Code goes to {shown_url(urls[1])}: its settings override this shell's {BASE_URL}."
        yield warning("clients", summary, places[1].cure(BASE_URL, None))


def _two_credentials(environ: Mapping[str, str], claude_code: ClaudeCodeSettings) -> Iterator[Finding]:
    effective = {**environ, **claude_code.env}
    if not (effective.get(API_KEY) and effective.get(AUTH_TOKEN)):
        return
    summary = f"{API_KEY} and {AUTH_TOKEN} are both set: clients differ in which they send, some send both."
    place = Given(str(claude_code.path), {}) if API_KEY in claude_code.env else Given("this shell", {})
    yield warning("clients", summary, place.cure(API_KEY, None))

"""One request's wait for a credential it can send: control is asked once an account, whatever comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claudeflare.gateway.credential_questions import Asked, CredentialQuestions, Told
    from claudeflare.providers.provider import Credential


class CredentialRenewal:
    """Made when an account's token is found to be too old, or is refused; kept as long as the account is tried."""

    def __init__(self, questions: CredentialQuestions, told: Told) -> None:
        """`told` is called once, unless the request is over before."""
        self._questions = questions
        self._told = told
        self._asked: Asked | None = None
        self.active = False
        """Control has not answered yet."""

    def ask(self, account_id: str, old: Credential, *, refused: bool) -> None:
        """Ask for a newer one than `old`, which the API has refused, or whose time is over."""
        self.active = True
        asked = self._questions.ask(account_id, old.generation, refused=refused, told=self._answered)
        if self.active:  # else the answer was there at once
            self._asked = asked

    def cancel(self) -> None:
        """Wait no longer (idempotent). What control does about it goes on: it is for others as well."""
        self.active = False
        if self._asked is not None:
            self._questions.forget(self._asked)
            self._asked = None

    def _answered(self, credential: Credential | None, words: str) -> None:
        self.active = False
        self._asked = None
        self._told(credential, words)

    def __repr__(self) -> str:
        return f"<CredentialRenewal {'active' if self.active else 'over'}>"

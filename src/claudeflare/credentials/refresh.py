"""Renews accounts' tokens: one at a time per account, among all threads, processes and machines that share it."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from typing import Protocol, assert_never

from msgspec.structs import replace

from claudeflare.credentials.accounts import CredentialService, OpenedSecret
from claudeflare.credentials.refresh_decision import (
    NO_TROUBLE,
    Refuse,
    Renew,
    Serve,
    Trouble,
    Wish,
    after_failure,
    decide,
    serve_on,
)
from claudeflare.credentials.renewal import Renewal
from claudeflare.credentials.token_reply import EndpointMisplaced, GrantRefused, TokenEndpointError
from claudeflare.credentials.token_state import TokenState
from claudeflare.errors import Conflict, SecretError, StorageError, Unreachable
from claudeflare.providers.provider import Credential
from claudeflare.storage.database import Database

log = logging.getLogger(__name__)


class LoginNeeded(Conflict):
    """The account's token cannot be renewed any more: its owner has to sign in again."""


class NotRenewed(Unreachable):
    """The token could not be renewed now, and there is none that can be used."""


class TokenNews(Protocol):
    """Who wants to know. Called in the thread that renewed, while the account is still locked."""

    def renewed(self, account_id: str, lifted: bool) -> None:
        """It has another token. `lifted`: it needed a login, and does not any more."""
        ...

    def login_needed(self, account_id: str, why: str) -> None:
        """Its owner has to sign in again."""
        ...


class TokenRefresher:
    """Every method may be called by any thread that may block; a renewal is carried through whoever asked for it."""

    def __init__(
        self,
        credentials: CredentialService,
        renewal: Renewal,
        database: Database,
        news: TokenNews,
        clock: Callable[[], float],
    ) -> None:
        self._credentials = credentials
        self._renewal = renewal
        self._database = database
        self._news = news
        self._clock = clock
        self._locks: dict[str, threading.Lock] = {}
        self._troubles: dict[str, tuple[int, Trouble]] = {}
        """Account id -> generation of the credential it is about, and the trouble."""
        self._refused_at: dict[str, float] = {}
        """Account id -> when its token was last renewed because the API had refused the one before."""

    def credential(self, account_id: str, wish: Wish, seen: int | None = None) -> Credential:
        """The account's credential, renewed before if `wish` asks for it and it is needed.

        `seen`: generation of the credential that the asker has; if there is a newer one, that is the answer. Raises
        `LoginNeeded`, `NotRenewed`, and as `CredentialService.opened` does.
        """
        with self._locks.setdefault(account_id, threading.Lock()):
            opened = self._credentials.opened(account_id)
            credential = self._settled(opened, opened.state(), wish, seen)
            if credential is not None:
                return credential
            with self._database.exclusive(f"token of account {account_id}"):
                return self._renewed(account_id, wish, seen)

    def renew(self, account_id: str) -> Credential:
        """Renew it now, because its owner wants that. Raises as `credential` does, and `Conflict`: nothing to renew."""
        if not self._credentials.opened(account_id).state().renewable:
            raise Conflict("This account has no token that Claudeflare renews.")
        return self.credential(account_id, Wish.OWNER)

    def recover(self) -> None:
        """At the start: put in place what came just before the end of an earlier process, and say who needs a login."""
        all_opened = self._credentials.all_opened()
        self._renewal.forget_removed(set(all_opened))
        for account_id, opened in all_opened.items():
            try:
                self._renewal.recover(opened)
                state = self._credentials.opened(account_id).state()
            except (SecretError, StorageError) as error:
                log.error("account %s: %s", account_id, error)
                continue
            if state.refused:
                self._news.login_needed(account_id, state.refused)

    def trouble(self, account_id: str, state: TokenState) -> Trouble:
        """What went wrong with the renewals of the credential that the account has now."""
        generation, trouble = self._troubles.get(account_id, (0, NO_TROUBLE))
        if generation != state.credential.generation:
            trouble = NO_TROUBLE
        return replace(trouble, refused_at=self._refused_at.get(account_id, 0.0))

    def mended(self, account_id: str) -> None:
        """What a login was needed for has been replaced in its own files: the account is back."""
        with self._locks.setdefault(account_id, threading.Lock()):
            opened = self._credentials.opened(account_id)
            if opened.flagged and not opened.state().refused:
                self._renewal.forget_refusal(opened)
                self._news.renewed(account_id, lifted=True)

    def _renewed(self, account_id: str, wish: Wish, seen: int | None) -> Credential:
        opened = self._credentials.opened(account_id)
        state = opened.state()
        try:
            self._renewal.recover(opened)
            opened = self._credentials.opened(account_id)
            # Another machine may have renewed it while this one waited.
            credential = self._settled(opened, opened.state(), wish, seen)
            if credential is not None:
                return credential
            state = opened.state()
            self._renewal.renew(opened)
        except GrantRefused as refusal:
            return self._after_refusal(opened, state, refusal)
        except (TokenEndpointError, SecretError, StorageError) as error:
            return self._after_failure(account_id, state, wish, error)
        return self._after_renewal(opened, wish)

    def _settled(self, opened: OpenedSecret, state: TokenState, wish: Wish, seen: int | None) -> Credential | None:
        """The answer, if it can be given without the token endpoint."""
        account_id = opened.account_id
        decision = decide(state, wish, seen, self.trouble(account_id, state), self._clock())
        match decision:
            case Serve(credential=credential):
                return credential
            case Refuse(words=words, login_needed=True):
                self._news.login_needed(account_id, words)
                raise LoginNeeded(words)
            case Refuse(words=words):
                raise NotRenewed(words)
            case Renew():
                return None
            case _:
                assert_never(decision)

    def _after_renewal(self, before: OpenedSecret, wish: Wish) -> Credential:
        account_id = before.account_id
        if wish is Wish.REFUSED:
            self._refused_at[account_id] = self._clock()
        credential = self._credentials.credential(account_id)
        log.info("the token of account %s was renewed", account_id)
        self._news.renewed(account_id, lifted=before.flagged)
        return credential

    def _after_refusal(self, opened: OpenedSecret, before: TokenState, refusal: GrantRefused) -> Credential:
        """What was presented may be old news; then its refusal says nothing about what is there now."""
        account_id = opened.account_id
        current = self._credentials.opened(account_id)
        state = current.state()
        if state.credential.generation != before.credential.generation:
            self._news.renewed(account_id, lifted=False)
            return state.credential
        self._renewal.note_refusal(current, str(refusal))
        log.error("account %s needs a login: %s", account_id, refusal)
        self._news.login_needed(account_id, str(refusal))
        raise LoginNeeded(str(refusal)) from refusal

    def _after_failure(self, account_id: str, state: TokenState, wish: Wish, error: Exception) -> Credential:
        now = self._clock()
        trouble = after_failure(self.trouble(account_id, state), error, now, random.random())  # noqa: S311 jitter
        self._troubles[account_id] = state.credential.generation, trouble
        if trouble.failures & (trouble.failures - 1) == 0:  # the 1st, 2nd, 4th, 8th, …: a night has many
            level = logging.ERROR if isinstance(error, EndpointMisplaced | SecretError) else logging.WARNING
            log.log(level, "the token of account %s was not renewed (%d.): %s", account_id, trouble.failures, error)
        if wish in (Wish.EXPIRED, Wish.DUE):
            left = serve_on(state, trouble.words, now)
            if isinstance(left, Serve):
                return left.credential
        raise NotRenewed(str(error)) from error

    def __repr__(self) -> str:
        return f"<TokenRefresher of {len(self._locks)} accounts>"

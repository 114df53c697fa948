"""Signing in to accounts: a link to open, a code that comes back, and the account that comes of both."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from claudeflare.credentials.accounts import CredentialService
from claudeflare.credentials.kinds import ApiKey, OAuthTokens, StoredSecret
from claudeflare.credentials.oauth_client import CONSOLE, MAX, OAuthClient, oauth_client
from claudeflare.credentials.pasted_code import read_pasted
from claudeflare.credentials.pkce import challenge_of, new_verifier
from claudeflare.credentials.terms import TermsRecord
from claudeflare.credentials.token_endpoint import AuthorizationCode, TokenEndpoint
from claudeflare.credentials.token_reply import GrantRefused, TokenEndpointError, TokenReply
from claudeflare.errors import Conflict, InvalidInput, NotFound, Unreachable
from claudeflare.settings import Settings
from claudeflare.storage.accounts import AccountStore, NewAccount, StoredAccount

LIFETIME_SECONDS: Final = 900.0
"""How long a person may take. Codes themselves end sooner, and another one can be had with the same link."""
LIMIT: Final = 100
"""Sign-ins under way; the oldest makes room."""


class StartedSignIn(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed to go on with one."""

    session_id: str
    auth_url: str
    expires_at: float
    """UTC epoch seconds."""

    def __repr__(self) -> str:
        return f"StartedSignIn(…, expires_at={self.expires_at})"


@dataclass(slots=True, kw_only=True)
class _Session:
    """A sign-in under way. In memory alone: after a restart it is begun again."""

    new: NewAccount
    account_id: str | None
    """The account that is signed in to again; None: it is made."""
    client: OAuthClient
    expires_at: float
    verifier: str = field(default_factory=new_verifier, repr=False)
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    received: tuple[TokenReply, float] | None = field(default=None, repr=False)
    """Tokens and when they came. A code works once: what fails after its exchange goes on from here."""
    busy: threading.Lock = field(default_factory=threading.Lock, repr=False)


class SignIns:
    """Called from threads; `finish` blocks while the provider is asked."""

    def __init__(
        self,
        settings: Settings,
        accounts: AccountStore,
        credentials: CredentialService,
        terms: TermsRecord,
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._accounts = accounts
        self._credentials = credentials
        self._terms = terms
        self._clock = clock
        self._endpoint = TokenEndpoint(settings)
        self._sessions: dict[str, _Session] = {}
        self._lock = threading.Lock()

    def begin(self, new: NewAccount, *, accept_terms: bool, again: bool = False) -> StartedSignIn:
        """Start one, for a new account or `again` for that of this name; as often as wanted, until one succeeds.

        Raises `InvalidInput` (no client is set, a value is not allowed), `TermsNotAccepted`, `Conflict` (the name is
        taken), `NotFound` (`again`, and there is no such account).
        """
        account_id = None
        if again:
            account = self._accounts.get(new.name).account
            account_id, new = account.id, msgspec.structs.replace(new, mode=account.mode)
        client = oauth_client(self._settings, new.mode)
        if not again:
            self._accounts.check(new)
        if new.mode == MAX:
            self._terms.require(accept_terms, self._clock())
        session = _Session(new=new, account_id=account_id, client=client, expires_at=self._clock() + LIFETIME_SECONDS)
        session_id = secrets.token_urlsafe(24)
        with self._lock:
            self._drop_expired()
            while len(self._sessions) >= LIMIT:
                del self._sessions[next(iter(self._sessions))]
            self._sessions[session_id] = session
        link = client.link(session.state, challenge_of(session.verifier))
        return StartedSignIn(session_id=session_id, auth_url=link, expires_at=session.expires_at)

    def finish(self, session_id: str, pasted: str) -> StoredAccount:
        """Make the account, or mend it, with the code that was pasted. After any error it can be tried again.

        Raises `NotFound` (no such sign-in), `InvalidInput` (the code is not right), `Unreachable` (the provider does
        not answer as it should), `Conflict` (it is being finished already, or the name was taken meanwhile).
        """
        with self._lock:
            self._drop_expired()
            session = self._sessions.get(session_id)
        if session is None:
            raise NotFound(
                "There is no such sign-in: it is finished, or older than 15 minutes, or the server was restarted "
                "since. Start it again."
            )
        if not session.busy.acquire(blocking=False):
            raise Conflict("This sign-in is being finished by another request. Wait for that one.")
        try:
            account = self._store(session, self._secret(session, pasted))
        finally:
            session.busy.release()
        with self._lock:
            self._sessions.pop(session_id, None)
        return account

    def _secret(self, session: _Session, pasted: str) -> StoredSecret:
        code = read_pasted(pasted)
        # States are ASCII once read_pasted has let them pass: other text cannot be compared in constant time.
        if not secrets.compare_digest(code.state, session.state):
            raise InvalidInput("This code is for another sign-in. Open the link that belongs to this one.")
        try:
            if session.received is None:
                reply = self._endpoint.exchange_code(session.client.token_url, _grant(session, code.code))
                session.received = reply, self._clock()
            reply, at = session.received
            if session.new.mode == CONSOLE:
                return ApiKey(self._endpoint.create_api_key(session.client.api_key_url, reply.access_token))
        except GrantRefused as error:
            session.received = None
            raise InvalidInput(
                f"{error} A code works once and only for some minutes: open the link again and paste the new one."
            ) from error
        except TokenEndpointError as error:
            raise Unreachable(f"{error} The sign-in stays open: try again.") from error
        if reply.refresh_token is None:
            raise InvalidInput("The sign-in gave a token that cannot be renewed. Add it with --mode token instead.")
        return OAuthTokens(
            access_token=reply.access_token,
            refresh_token=reply.refresh_token,
            expires_at=at + reply.expires_in,
            client_id=session.client.client_id,
            token_url=session.client.token_url,
            scopes=reply.scopes or session.client.scopes,
            lifetime=reply.expires_in,
        )

    def _store(self, session: _Session, secret: StoredSecret) -> StoredAccount:
        if session.account_id is not None:
            return self._credentials.replace(session.account_id, secret, self._clock())
        return self._credentials.add(session.new, secret, self._clock())

    def _drop_expired(self) -> None:
        now = self._clock()
        for session_id in [each for each, session in self._sessions.items() if now >= session.expires_at]:
            del self._sessions[session_id]

    def __repr__(self) -> str:
        return f"<SignIns {len(self._sessions)} under way>"


def _grant(session: _Session, code: str) -> AuthorizationCode:
    return AuthorizationCode(
        code=code,
        state=session.state,
        verifier=session.verifier,
        redirect_uri=session.client.redirect_uri,
        client_id=session.client.client_id,
    )

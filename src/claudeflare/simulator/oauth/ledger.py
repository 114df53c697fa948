"""What the OAuth side has given out, codes and tokens, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from claudeflare.simulator.oauth.errors import invalid_grant
from claudeflare.simulator.oauth.options import OAuthOptions
from claudeflare.simulator.seeding import BASE62, randomness

SECRET_LENGTH = 64


class SignIn(msgspec.Struct, kw_only=True):
    """What one person allowed one client, or a workload's federation rule: all tokens that came of it."""

    account: str
    """The simulated account's name."""
    client_id: str
    scopes: tuple[str, ...]
    revoked: bool = False
    wants_refresh_token: bool = True
    """Whether the next tokens bring one: there is none yet, or the last one is spent."""
    refreshes: int = 0
    """Refreshes that gave new tokens."""


class CodeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a client asked the authorization page for."""

    client_id: str
    redirect_uri: str
    challenge: str
    state: str
    scopes: tuple[str, ...]


class Code(msgspec.Struct, kw_only=True):
    """An authorization code."""

    asked: CodeRequest
    account: str
    expires_at: float
    sign_in: SignIn | None = None
    """What came of it, once it was exchanged."""


class RefreshToken(msgspec.Struct):
    """A refresh token, current or spent."""

    sign_in: SignIn
    spent: bool = False


class AccessToken(msgspec.Struct):
    """An access token, valid or not."""

    sign_in: SignIn
    expires_at: float


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens as they are handed over."""

    sign_in: SignIn
    access_token: str
    refresh_token: str | None
    expires_in: float

    def __repr__(self) -> str:
        return f"<Issued for {self.sign_in.account}>"


class Counts(msgspec.Struct):
    """What the OAuth side has done."""

    codes: int = 0
    """Authorization codes given."""
    exchanges: int = 0
    """Codes that became tokens."""
    refreshes: int = 0
    """Refreshes that gave new tokens, whether or not the answer arrived."""
    refused: int = 0
    """Requests to the token endpoint that were refused."""
    reuses: int = 0
    """Spent refresh tokens that came again."""
    assertions: int = 0
    """Assertions that became tokens."""
    api_keys: int = 0
    """API keys made."""


class Ledger:
    """All of it. Secrets follow from the seed: this is a simulation, and the same again is the point."""

    def __init__(self, seed: int, options: OAuthOptions) -> None:
        self.options = options
        self.counts = Counts()
        self._seed = seed
        self._secrets = 0
        self._codes: dict[str, Code] = {}
        self._access: dict[str, AccessToken] = {}
        self._refresh: dict[str, RefreshToken] = {}

    def secret(self, beginning: str) -> str:
        """Another secret that begins so."""
        self._secrets += 1
        generator = randomness(self._seed, "oauth", self._secrets)
        return beginning + "".join(generator.choices(BASE62, k=SECRET_LENGTH))

    def give_code(self, asked: CodeRequest, account: str, now: float) -> str:
        """A code for what `account` has allowed."""
        code = self.secret("")
        self._codes[code] = Code(asked=asked, account=account, expires_at=now + self.options.code_seconds)
        self.counts.codes += 1
        return code

    def code(self, code: str, now: float) -> Code:
        """What a code stands for. Raises OAuthError when it is unknown, expired or used before."""
        found = self._codes.get(code)
        if found is not None and found.sign_in is not None:
            # Whoever shows it a second time may have stolen it (RFC 6749, 4.1.2).
            found.sign_in.revoked = True
        if found is None or found.sign_in is not None or now >= found.expires_at:
            raise invalid_grant("Authorization code not found, expired or already used")
        return found

    def issue(self, sign_in: SignIn, now: float, lifetime: float | None = None) -> Issued:
        """A new access token, and a refresh token where one is wanted."""
        lifetime = self.options.access_token_seconds if lifetime is None else lifetime
        access = self.secret("sk-ant-oat01-")
        self._access[access] = AccessToken(sign_in, now + lifetime)
        refresh = None
        if sign_in.wants_refresh_token:
            refresh = self.secret("sk-ant-ort01-")
            self._refresh[refresh] = RefreshToken(sign_in)
            sign_in.wants_refresh_token = False
        return Issued(sign_in=sign_in, access_token=access, refresh_token=refresh, expires_in=lifetime)

    def refresh(self, token: str, client_id: str, now: float) -> Issued:
        """New tokens for a refresh token. Raises OAuthError `invalid_grant`."""
        found = self._refresh.get(token)
        if found is not None and found.spent:
            self.counts.reuses += 1
            found.sign_in.revoked |= self.options.reuse_revokes
        if found is None or found.spent or found.sign_in.revoked or found.sign_in.client_id != client_id:
            raise invalid_grant("Refresh token not found or invalid")
        found.spent = found.sign_in.wants_refresh_token = self.options.rotates
        found.sign_in.refreshes += 1
        self.counts.refreshes += 1
        return self.issue(found.sign_in, now)

    def access_token(self, token: str) -> AccessToken | None:
        """What is known of an access token; None: it is not one of these."""
        return self._access.get(token)

    def of_refresh_token(self, token: str) -> SignIn | None:
        """The sign-in a refresh token comes from, valid or not."""
        found = self._refresh.get(token)
        return None if found is None else found.sign_in

    def sign_ins(self, account: str | None = None) -> Iterator[SignIn]:
        """Each once, in order; all, or an account's."""
        seen: dict[int, SignIn] = {id(token.sign_in): token.sign_in for token in self._access.values()}
        return (each for each in seen.values() if account in (None, each.account))

    def expire(self, account: str, now: float) -> int:
        """End the account's access tokens now; how many were valid. Refresh tokens stay."""
        valid = [
            token for token in self._access.values() if token.sign_in.account == account and token.expires_at > now
        ]
        for token in valid:
            token.expires_at = now
        return len(valid)

    def revoke(self, account: str) -> int:
        """End the account's sign-ins; how many there were."""
        standing = [sign_in for sign_in in self.sign_ins(account) if not sign_in.revoked]
        for sign_in in standing:
            sign_in.revoked = True
        return len(standing)

    def __repr__(self) -> str:
        return f"<Ledger {self.counts}>"

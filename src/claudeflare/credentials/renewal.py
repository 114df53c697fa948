"""Exchanges a token for the next and keeps what comes: on the disk first, then in its place, and only then in use."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import assert_never

from msgspec.structs import replace

from claudeflare.credentials.accounts import CredentialService, OpenedSecret
from claudeflare.credentials.kinds import ApiKey, OAuthTokens, Profile, StaticToken, StoredSecret, Wif
from claudeflare.credentials.profile_files import ProfileFiles
from claudeflare.credentials.rotation_log import Rotation, RotationLog
from claudeflare.credentials.token_endpoint import TokenEndpoint
from claudeflare.credentials.token_reply import TokenReply
from claudeflare.credentials.token_state import assertion_version, read_assertion
from claudeflare.errors import SecretError

log = logging.getLogger(__name__)


class Renewal:
    """One account at a time: the caller keeps others away from it.

    Raises `TokenEndpointError`; `SecretError` and `StorageError` when what came could not be put in its place. Then it
    is put there by the next `recover`, in this process or a later one.
    """

    def __init__(
        self,
        credentials: CredentialService,
        endpoint: TokenEndpoint,
        rotations: RotationLog,
        clock: Callable[[], float],
    ) -> None:
        self._credentials = credentials
        self._endpoint = endpoint
        self._rotations = rotations
        self._clock = clock
        self._unplaced: dict[str, Rotation] = {}
        """Account id -> what came and is not in its place yet."""

    def recover(self, opened: OpenedSecret) -> None:
        """Put what came for this secret's token in its place, if that did not work, or was cut short, before."""
        account_id, secret = opened.account_id, opened.secret
        if not isinstance(secret, OAuthTokens | Profile):
            return
        rotation = self._unplaced.get(account_id) or self._rotations.get(account_id)
        if rotation is None:
            return
        held: OAuthTokens | None = secret if isinstance(secret, OAuthTokens) else None
        at_hand = held or ProfileFiles(secret).read()  # type: ignore[arg-type]  # it is one of the two
        if at_hand.refresh_token == rotation.spent and at_hand.access_token != rotation.tokens.access_token:
            log.warning("account %s: tokens that came before an interruption are put in their place", account_id)
            self._place(opened, rotation)
        self._unplaced.pop(account_id, None)

    def renew(self, opened: OpenedSecret) -> None:
        """Fetch the next token; when this returns it is what the account's credential is."""
        secret = opened.secret
        match secret:
            case OAuthTokens():
                self._rotations.prepare()
                reply = self._endpoint.refresh(secret.token_url, secret.refresh_token, secret.client_id)
                tokens = self._received(secret, reply)
                self._keep(opened, Rotation(secret.refresh_token, tokens))
            case Profile():
                with ProfileFiles(secret).locked():
                    self._renew_profile(opened, ProfileFiles(secret))
            case Wif():
                reply = self._endpoint.exchange_assertion(secret, read_assertion(secret))
                self._commit(opened, replace(secret, refused="", refused_version=0, **self._expiring(reply)))
            case ApiKey() | StaticToken():
                raise AssertionError("neither is renewable")
            case _:
                assert_never(secret)

    def forget_removed(self, account_ids: set[str]) -> None:
        """Delete what came for accounts that are not among these."""
        self._rotations.forget_all_but(account_ids)

    def note_refusal(self, opened: OpenedSecret, words: str) -> None:
        """Remember that the token endpoint gives nothing for this secret any more. Nothing if it is another by now."""
        secret = opened.secret
        noted: StoredSecret
        match secret:
            case OAuthTokens():
                noted = replace(secret, refused=words)
            case Profile():
                noted = replace(secret, refused=words, refused_version=ProfileFiles(secret).read().version)
            case Wif():
                noted = replace(secret, refused=words, refused_version=assertion_version(secret))
            case _:
                return
        self._credentials.commit(opened, noted)

    def forget_refusal(self, opened: OpenedSecret) -> None:
        """Take that back: the files hold something else by now."""
        if isinstance(opened.secret, Profile | Wif):
            self._credentials.commit(opened, replace(opened.secret, refused="", refused_version=0))

    def _renew_profile(self, opened: OpenedSecret, files: ProfileFiles) -> None:
        self._rotations.prepare()
        held = files.read()
        if held.version != opened.state().credential.generation:
            return  # its own program was faster
        reply = self._endpoint.refresh(held.token_url, held.refresh_token, held.client_id)
        before = OAuthTokens(
            access_token=held.access_token,
            refresh_token=held.refresh_token,
            expires_at=held.expires_at or 0.0,
            client_id=held.client_id,
            token_url=held.token_url,
        )
        self._keep(opened, Rotation(held.refresh_token, self._received(before, reply)))

    def _received(self, before: OAuthTokens, reply: TokenReply) -> OAuthTokens:
        return replace(
            before,
            refresh_token=reply.refresh_token or before.refresh_token,
            scopes=reply.scopes or before.scopes,
            refused="",
            **self._expiring(reply),
        )

    def _expiring(self, reply: TokenReply) -> dict[str, object]:
        # By our own clock, from now: what the server thinks the time is does not matter.
        lifetime = reply.expires_in
        return {"access_token": reply.access_token, "expires_at": self._clock() + lifetime, "lifetime": lifetime}

    def _keep(self, opened: OpenedSecret, rotation: Rotation) -> None:
        account_id = opened.account_id
        self._unplaced[account_id] = rotation
        if rotation.tokens.refresh_token != rotation.spent:
            try:
                self._rotations.put(account_id, rotation)
            except SecretError as error:
                # Its place may be sound all the same, and until it is there it stays in memory.
                log.error("account %s: the tokens just received are not safe yet: %s", account_id, error)
        self._place(opened, rotation)
        self._unplaced.pop(account_id, None)

    def _place(self, opened: OpenedSecret, rotation: Rotation) -> None:
        tokens = rotation.tokens
        if isinstance(opened.secret, Profile):
            ProfileFiles(opened.secret).write(tokens.access_token, tokens.refresh_token, tokens.expires_at)
        else:
            self._commit(opened, tokens)

    def _commit(self, opened: OpenedSecret, secret: OAuthTokens | Wif) -> None:
        """Compare and set. Whoever was faster has given the account another secret, and that one stands."""
        if self._credentials.commit(opened, secret) is None:
            log.info("account %s was signed in to anew while its token was renewed", opened.account_id)

    def __repr__(self) -> str:
        return f"<Renewal {len(self._unplaced)} not in place>"

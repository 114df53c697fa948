"""JSON of `/api/import`."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, SecretStr

from claudeflare.api.schemas.accounts import AccountFields
from claudeflare.api.schemas.shape import Body, Resource
from claudeflare.credentials.given import GivenCredential
from claudeflare.journal.records import Finished
from claudeflare.storage.storable import COUNT_LIMIT

AT_ONCE = 1000
"""Requests in one call: a transaction that running traffic hardly notices."""

Source = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$", description="The program they come from")]
Count = Annotated[int, Field(strict=True, ge=0, le=COUNT_LIMIT)]
Milliseconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=2000)]
Name = Annotated[str, Field(max_length=256)]


class AccountToImport(AccountFields):
    """An account of another program. Which secrets belong to it is a matter of its mode."""

    id: UUID
    """It keeps it: what it is imported by again finds it."""
    mode: Literal["api-key", "token", "max"] = "api-key"
    paused: bool = False
    api_key: SecretStr | None = None
    """Mode `api-key`."""
    token: SecretStr | None = None
    """Mode `token`: a bearer token that is not renewed."""
    access_token: SecretStr | None = None
    """Mode `max`; null: only the refresh token is known."""
    refresh_token: SecretStr | None = None
    """Mode `max`. It works once: the other program must not use it any more."""
    token_expires: AwareDatetime | None = None
    """Mode `max`: when the access token ends."""
    accept_terms: bool = False
    """True for a subscription: what `GET /api/oauth/terms` says has been read."""

    def given(self) -> GivenCredential:
        """What opens it without being renewed, in the clear."""
        return GivenCredential(api_key=revealed(self.api_key), token=revealed(self.token))


def revealed(secret: SecretStr | None) -> str | None:
    """In the clear."""
    return None if secret is None else secret.get_secret_value()


class RequestToImport(Body):
    """A request as another program has recorded it. What it did not record is null, never 0."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]{1,64}$")]
    """The other program's own: a request is taken once. Without an underscore, which every id made here has."""
    timestamp: AwareDatetime
    method: Annotated[str, Field(pattern=r"^[A-Za-z-]{1,16}$")]
    path: Text
    """Without its query."""
    account_id: Annotated[str, Field(max_length=64)] | None = None
    account_used: Name | None = None
    """The account's name."""
    status_code: Annotated[int, Field(strict=True, ge=100, le=599)]
    terminal_state: Literal["complete", "truncated", "client_closed", "refused", "error"]
    error_type: Name | None = None
    error_message: Text | None = None
    response_time_ms: Milliseconds = 0.0
    ttft_ms: Milliseconds | None = None
    overhead_ms: Milliseconds = 0.0
    session_id: Text | None = None
    model: Name | None = None
    """As requested."""
    served_model: Name | None = None
    streaming: bool = False
    input_tokens: Count | None = None
    """Uncached input."""
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    output_tokens: Count | None = None
    cost_usd: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = None
    """Taken over, not computed again."""

    def finished(self) -> Finished:
        """The same, to be stored."""
        return Finished(
            id=self.id,
            started_at=self.timestamp.timestamp(),
            method=self.method,
            path=self.path,
            session=self.session_id,
            model=self.model,
            served_model=self.served_model,
            streaming=self.streaming,
            terminal_state=self.terminal_state,
            status=self.status_code,
            account_id=self.account_id,
            account=self.account_used,
            duration_ms=self.response_time_ms,
            first_content_ms=self.ttft_ms,
            overhead_ms=self.overhead_ms,
            usage=self._usage(),
            error_type=self.error_type,
            error_message=self.error_message,
        )

    def _usage(self) -> dict[str, int] | None:
        """As the provider spells it; None when nothing was counted."""
        names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
        return {name: count for name in names if (count := getattr(self, name)) is not None} or None


class RequestsToImport(Body):
    """Requests of one program."""

    source: Source
    requests: Annotated[list[RequestToImport], Field(min_length=1, max_length=AT_ONCE)]


class RequestsImported(Resource):
    """What became of one call's requests."""

    added: int
    known: int
    """On record already, and left as they are."""
    too_old: int
    """Older than records are kept (`requestDays`), and not taken."""

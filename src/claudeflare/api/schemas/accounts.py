"""JSON of `/api/accounts`."""

from __future__ import annotations

from pydantic import SecretStr

from claudeflare.api.schemas.gauges import Gauge
from claudeflare.api.schemas.shape import Body, Resource
from claudeflare.credentials.given import GivenCredential
from claudeflare.storage.accounts import NewAccount


class Limit(Resource):
    """One limit an account has run into."""

    model_class: str | None
    """The models it holds for, e.g. `opus`; null: all of them."""
    reason: str
    until: str | None
    """Null when somebody has to act."""
    guess: bool
    """Only our caution: the account is tried after all when every other one is out."""


class AccountResource(Resource):
    """One account, with what is known of its state."""

    id: str
    name: str
    provider: str
    mode: str
    tier: int
    priority: int
    paused: bool
    base_url: str | None
    token_status: str
    """`valid`, `expired`, `needs login`, `refused` by the API (give it another), or `missing` when the account has no
    credential that can be used."""
    token_expires: str | None
    """When its token ends, which is renewed before; null for what does not end."""
    token_renewed: bool | None
    """Whether that is done here; false: by another program, or by nobody. Null for an API key."""
    token_trouble: str | None
    """Why the token could not be renewed just now; it is tried again."""
    needs_login: str | None
    """The command that mends it when its token cannot be renewed any more; else null."""
    rate_limit_status: str
    """`ok`, `paused`, `needs attention`, `limited`, `cooling down`; `limited: opus` when it is only for some models."""
    rate_limit_reset: str | None
    """When that is over; null when nothing is wrong, or somebody has to act."""
    limits: list[Limit]
    """Everything that keeps requests off this account now, with its reason."""
    gauges: list[Gauge]
    """What is left of its limits, as far as answers have told since a gateway started."""
    reserve: float | None
    """Share of a usage window from which it is left alone; null: as the setting `account_reserve` says."""
    allow_extra_usage: bool | None
    """Whether it may be used beyond its plan; null: as the setting `allow_extra_usage` says."""
    in_flight: int
    request_count: int
    """Requests since statistics were last reset."""
    total_requests: int
    """Requests recorded so far, whatever was reset; those cleared are not counted."""
    last_used: str | None
    created: str


class CredentialToGive(Body):
    """What opens an account, by its mode. Secrets travel only here, and never back."""

    api_key: SecretStr | None = None
    """Mode `api-key`, and `console` when it gets another key."""
    token: SecretStr | None = None
    """Mode `token`: a bearer token that is not renewed."""
    profile: str | None = None
    """Mode `profile`: its name; null: the one that is active in its directory."""
    config_dir: str | None = None
    """Mode `profile`: absolute path on the server's machine; null: `~/.config/anthropic`."""
    assertion_file: str | None = None
    """Mode `wif`: absolute path, on the server's machine, of a file that holds a JWT."""
    federation_rule_id: str | None = None
    organization_id: str | None = None
    service_account_id: str | None = None
    workspace_id: str | None = None
    """Mode `wif`; null: `default`."""
    accept_terms: bool = False
    """True for a subscription's token: what `GET /api/oauth/terms` says has been read."""

    def given(self) -> GivenCredential:
        """The same, in the clear."""
        return GivenCredential(
            api_key=None if self.api_key is None else self.api_key.get_secret_value(),
            token=None if self.token is None else self.token.get_secret_value(),
            profile=self.profile,
            config_dir=self.config_dir,
            assertion_file=self.assertion_file,
            federation_rule_id=self.federation_rule_id,
            organization_id=self.organization_id,
            service_account_id=self.service_account_id,
            workspace_id=self.workspace_id,
        )


class AccountFields(Body):
    """What an account is, whatever opens it."""

    name: str
    mode: str = "api-key"
    tier: int = 1
    priority: int = 0
    base_url: str | None = None
    reserve: float | None = None
    allow_extra_usage: bool | None = None

    def account(self) -> NewAccount:
        """The same, to be stored."""
        return NewAccount(
            name=self.name,
            mode=self.mode,
            tier=self.tier,
            priority=self.priority,
            base_url=self.base_url,
            reserve=self.reserve,
            allow_extra_usage=self.allow_extra_usage,
        )


class AccountToAdd(CredentialToGive, AccountFields):
    """An account to add."""


class AccountChange(Body):
    """What to change of an account; what is left out stays as it is.

    `baseUrl`, `reserve` and `allowExtraUsage`: null means the server's own.
    """

    name: str | None = None
    tier: int | None = None
    priority: int | None = None
    paused: bool | None = None
    base_url: str | None = None
    reserve: float | None = None
    allow_extra_usage: bool | None = None


class NewName(Body):
    """The name an account gets."""

    name: str


class NewTier(Body):
    """The tier an account gets: 1, 5 or 20."""

    tier: int


class Confirmation(Body):
    """The name of the account that is to go, so that a slip of the hand removes nothing."""

    confirm: str


class Removed(Resource):
    """What is gone."""

    id: str
    name: str
    removed: bool = True

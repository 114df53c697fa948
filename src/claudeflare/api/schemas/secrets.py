"""JSON of `/api/secrets`."""

from __future__ import annotations

from claudeflare.api.schemas.shape import Resource


class SealingKeyResource(Resource):
    """One key that secrets are sealed with. The key itself is never told."""

    id: str
    """Derived from the key; the same everywhere."""
    current: bool
    """It seals what is stored from now on."""
    present: bool
    """False: secrets need it, and it is not where keys are kept."""
    secrets: int
    """How many secrets are sealed with it."""


class KeysResource(Resource):
    """The keys, the one that seals first."""

    place: str
    """Where they are kept."""
    keys: list[SealingKeyResource]


class RotatedResource(Resource):
    """What a rotation has done."""

    key_id: str
    """The key that seals now."""
    new_key: bool
    """False: an earlier rotation that was interrupted has been finished instead."""
    sealed_anew: int
    """Secrets brought to that key."""
    failed_accounts: list[str]
    """Names of accounts whose secret does not open, left as it is."""


class ForgottenResource(Resource):
    """What was let go."""

    forgotten_keys: list[str]
    """Ids of keys that sealed nothing any more."""

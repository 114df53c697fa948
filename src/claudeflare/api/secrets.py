"""`/api/secrets`: the keys that seal what opens accounts. Nothing here tells a key or a secret."""

from __future__ import annotations

from fastapi import APIRouter

from claudeflare.api.schemas.secrets import ForgottenResource, KeysResource, RotatedResource, SealingKeyResource
from claudeflare.api.services import ServicesOf

router = APIRouter(prefix="/api/secrets", tags=["secrets"])


@router.get("")
def show_keys(services: ServicesOf) -> KeysResource:
    """Which keys there are, which of them seals, and how many secrets need each."""
    rotation = services.key_rotation
    current = rotation.current
    keys = [
        SealingKeyResource(id=each.id, current=each.id == current, present=each.present, secrets=each.secrets)
        for each in rotation.key_uses()
    ]
    return KeysResource(place=rotation.place, keys=keys)


@router.post("/rotate")
def rotate_key(services: ServicesOf) -> RotatedResource:
    """Make a new key and seal every secret with it; older keys are kept. After an interruption, finish what was left.

    Requests go on meanwhile: nothing changes for them.
    """
    done = services.key_rotation.rotate()
    names = {stored.account.id: stored.account.name for stored in services.accounts.list()}
    return RotatedResource(
        key_id=done.key_id,
        new_key=done.new_key,
        sealed_anew=done.sealed_anew,
        failed_accounts=[names.get(each, each) for each in done.failed],
    )


@router.post("/forget")
def forget_keys(services: ServicesOf) -> ForgottenResource:
    """Keep older keys no longer that seal nothing. Secrets in backups that were sealed with them cannot be opened."""
    return ForgottenResource(forgotten_keys=list(services.key_rotation.forget()))

"""Signs thinking: what a block is bound to is written into its signature and read back when the block returns.

The mark at its end tells only that the signature is whole. It is no secret, so that blocks outlive a restart.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

import msgspec

# A protobuf field of 164 bytes, which is how the real ones begin: `EqQB` in base 64.
_HEAD = b"\x12\xa4\x01"
_LENGTH = 164
_HASH = 16


class Binding(msgspec.Struct, frozen=True):
    """What a thinking block belongs to: each a hash, so that a signature tells nothing to its reader."""

    organization: bytes
    """Empty when the model binds its thinking to no organization."""
    model: bytes
    prefix: bytes
    """The conversation before the block."""


def bind(organization_id: str | None, model: str, prefix_hash: str) -> Binding:
    """The binding of a block made here and now; `None` for a model that looks at no organization."""
    organization = b"" if organization_id is None else _hash(organization_id)
    return Binding(organization, _hash(model), _hash(prefix_hash))


def sign(thinking: str, binding: Binding) -> str:
    """The signature of a block with this text."""
    organization = binding.organization or bytes(_HASH)
    content = organization + binding.model + binding.prefix + _hash(thinking)
    filling = hashlib.shake_128(content).digest(_LENGTH - len(content) - _HASH)
    return base64.b64encode(_HEAD + content + filling + _mark(content + filling)).decode()


def read_signature(signature: str, thinking: str) -> Binding | None:
    """What the block is bound to; None when the signature was not made by `sign` for this text."""
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return None
    head, content, mark = raw[: len(_HEAD)], raw[len(_HEAD) : -_HASH], raw[-_HASH:]
    if head != _HEAD or len(content) != _LENGTH - _HASH or mark != _mark(content):
        return None
    organization, model, prefix, text = (content[at : at + _HASH] for at in range(0, 4 * _HASH, _HASH))
    if text != _hash(thinking):
        return None
    return Binding(organization if any(organization) else b"", model, prefix)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:_HASH]


def _mark(content: bytes) -> bytes:
    return hashlib.sha256(b"simulated thinking" + content).digest()[:_HASH]

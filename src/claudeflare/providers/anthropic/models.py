"""Model ids -> the class of models that shares limits upstream."""

from __future__ import annotations

import re

MAX_ID_LENGTH = 256
"""Ids come from clients and become keys of learned state; nothing real is longer."""

_FAMILY = re.compile(r"claude-(?:[\d.]+-)*([a-z]+)(?![a-z])")


def model_class(model: str) -> str:
    """The family: `opus` for claude-opus-5-5, `haiku` for claude-3-5-haiku-20241022; other ids are their own class.

    All versions of a family share a rate limit (rate limits page of the API's documentation).
    """
    family = _FAMILY.match(model)
    return family[1] if family else model

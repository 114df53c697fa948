"""Model ids old and new."""

from __future__ import annotations

import pytest

from claudeflare.providers.anthropic.models import model_class


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("claude-opus-5-5", "opus"),
        ("claude-opus-4-5-20251101", "opus"),
        ("claude-sonnet-4-6", "sonnet"),
        ("claude-haiku-4-5-20251001", "haiku"),
        ("claude-fable-5-2", "fable"),
        ("claude-mythos-preview", "mythos"),
        ("claude-3-5-haiku-20241022", "haiku"),
        ("claude-3-opus-latest", "opus"),
        ("claude-3.7-sonnet", "sonnet"),
        ("claude-instant-1.2", "instant"),
        ("claude-2.1", "claude-2.1"),
        ("some-other-model", "some-other-model"),
        ("", ""),
    ],
)
def test_model_class(model: str, family: str) -> None:
    assert model_class(model) == family

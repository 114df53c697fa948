from __future__ import annotations

import pytest
from msgspec.structs import replace

from claudeflare.credentials.refresh_decision import NO_TROUBLE, Trouble
from claudeflare.credentials.token_state import TokenState
from claudeflare.credentials.token_words import status_of
from claudeflare.formatting import login_command
from claudeflare.providers.provider import Credential

STATE = TokenState(credential=Credential("bearer", "t", 1), expires_at=100.0, renewable=True)
TROUBLE = Trouble(failures=1, words="down")


@pytest.mark.parametrize(
    ("state", "trouble", "attention", "now", "word"),
    [
        (None, NO_TROUBLE, None, 0.0, "missing"),
        (STATE, NO_TROUBLE, None, 0.0, "valid"),
        (STATE, TROUBLE, None, 0.0, "valid"),
        (STATE, NO_TROUBLE, None, 200.0, "valid"),  # renewed when it is next used
        (STATE, TROUBLE, None, 200.0, "expired"),
        (replace(STATE, renewable=False), NO_TROUBLE, None, 200.0, "expired"),
        (replace(STATE, refused="no"), NO_TROUBLE, None, 0.0, "needs login"),
        (STATE, NO_TROUBLE, "needs login: claudeflare login x", 0.0, "needs login"),
        (STATE, NO_TROUBLE, "spend limit", 0.0, "valid"),
        (STATE, NO_TROUBLE, "credential refused: invalid x-api-key", 0.0, "refused"),
    ],
)
def test_the_status(state: TokenState | None, trouble: Trouble, attention: str | None, now: float, word: str) -> None:
    assert status_of(state, trouble, attention, now) == word


def test_the_command_can_be_pasted() -> None:
    assert login_command("work") == "claudeflare login work"
    assert login_command("my work") == "claudeflare login 'my work'"

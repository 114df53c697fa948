"""Who asks for an answer, how and when."""

from __future__ import annotations

import msgspec

from claudeflare.simulator.accounts import SimulatedAccount
from claudeflare.simulator.script import AnswerScript


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer depends on besides the body."""

    account: SimulatedAccount
    version: str
    betas: list[str]
    script: AnswerScript
    now: float
    service_tier: str = "standard"

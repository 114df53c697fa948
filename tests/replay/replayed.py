"""Requests and accounts as short as tests want to write them."""

from __future__ import annotations

from typing import Any

from claudeflare.balancing.account import Account
from claudeflare.replay.modelled_account import ModelledAccount
from claudeflare.replay.request import ReplayedRequest
from claudeflare.simulator.accounts import Limits


def request(at: float, session: str = "s", **fields: Any) -> ReplayedRequest:
    """One of 1,000 input tokens, all of them to be cached, answered in 2 s."""
    return ReplayedRequest(
        **{
            "at": at,
            "session": session,
            "conversation": session,
            "model": "claude-opus-5-5",
            "model_class": "opus",
            "uncached": 0,
            "prefix": 1_000,
            "output": 100,
            "first_byte_seconds": 1.0,
            "answer_seconds": 2.0,
            "body_bytes": 4_000,
            **fields,
        }
    )


def account(name: str, input_tokens: int = 10**9, organization: str = "", **fields: Any) -> ModelledAccount:
    """One whose organization may use so many input tokens a minute."""
    return ModelledAccount(
        account=Account(id=name, name=name),
        organization=organization or f"of {name}",
        limits=Limits(10**6, input_tokens, 10**9),
        **fields,
    )

"""Who plays: the simulated accounts, their organizations and their limits.

The limits are small on purpose, so that a minute shows what takes real accounts an afternoon. One organization alone
has room for all the demo's traffic: a pool that is big enough is what keeps limits from clients, and that is shown.
"""

from __future__ import annotations

import msgspec

from claudeflare.simulator.accounts import Limits, SimulatedAccount

MAIN_MODEL, SIDE_MODEL = "claude-sonnet-5-5", "claude-haiku-5-5"
MODEL_CLASSES = ("sonnet", "haiku")

# Per minute: requests, input tokens, output tokens. The traffic is about 400 requests with 400,000 input tokens to
# `sonnet`, and 150 with 40,000 to `haiku`.
LARGE = {"sonnet": Limits(1000, 600_000, 200_000), "haiku": Limits(1000, 300_000, 100_000)}
MIDDLE = {"sonnet": Limits(200, 60_000, 40_000), "haiku": Limits(60, 16_000, 8_000)}
SMALL = {"sonnet": Limits(30, 6_000, 8_000), "haiku": Limits(10, 4_000, 3_000)}


class Cast(msgspec.Struct, frozen=True):
    """The accounts, and which of them get into trouble beyond their buckets."""

    accounts: tuple[SimulatedAccount, ...]
    overloaded: str
    """Name of the account whose API answers 529 for a while."""
    used_up: str
    """Name of the account whose usage window is used up for a while."""


def make_cast(count: int) -> Cast:
    """So many accounts, at least 2. Those of `studio` share its limits; what is beyond the fourth is small."""
    first = [
        _account("company", "company", LARGE),
        _account("trial", "trial", SMALL),
        _account("studio-a", "studio", MIDDLE),
        _account("studio-b", "studio", MIDDLE),
    ]
    more = [_account(f"guest-{number}", f"guest-{number}", SMALL) for number in range(len(first) + 1, count + 1)]
    accounts = (*first, *more)[:count]
    names = [account.name for account in accounts]
    return Cast(
        accounts,
        overloaded="studio-a" if "studio-a" in names else "trial",
        used_up="studio-b" if "studio-b" in names else "trial",
    )


def _account(name: str, organization: str, limits: dict[str, Limits]) -> SimulatedAccount:
    # A key only the simulator knows, in the form of the API's.
    return SimulatedAccount(
        name=name, key=f"sk-ant-api03-demo-{name}", organization=organization, model_limits=dict(limits)
    )

"""What a person may choose for a demo."""

from __future__ import annotations

import msgspec

from claudeflare.errors import InvalidInput

FEWEST_ACCOUNTS, MOST_ACCOUNTS = 2, 12
SLOWEST, FASTEST = 0.2, 5.0
LONGEST = 3600.0


class DemoOptions(msgspec.Struct, frozen=True, kw_only=True):
    """One demo's configuration."""

    port: int = 0
    """Port of the server. 0 picks a free one."""
    length: float = 60.0
    """Seconds of traffic."""
    speed: float = 1.0
    """Simulated seconds per real second: answers, pauses and refills run so much faster. The server's own time is real:
    it sits out a stated wait in full."""
    accounts: int = 4
    seed: int = 0
    """The same seed makes clients say the same things."""
    keep: bool = False
    """Leave the server and the simulated API running after the traffic, until Ctrl-C."""


def check_options(options: DemoOptions) -> None:
    """Raises InvalidInput when something cannot be meant."""
    if not 0 < options.length <= LONGEST:
        raise InvalidInput(f"--length is a number of seconds above 0, up to {LONGEST:.0f}.")
    if not SLOWEST <= options.speed <= FASTEST:
        raise InvalidInput(f"--speed is a factor from {SLOWEST:g} to {FASTEST:g}.")
    if not FEWEST_ACCOUNTS <= options.accounts <= MOST_ACCOUNTS:
        raise InvalidInput(f"--accounts is a whole number from {FEWEST_ACCOUNTS} to {MOST_ACCOUNTS}.")
    if not 0 <= options.port <= 65_535:
        raise InvalidInput("--port is a whole number from 0 to 65535; 0 picks a free one.")

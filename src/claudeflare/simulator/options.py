"""What a person may choose when starting the simulator."""

from __future__ import annotations

import msgspec


class SimulatorOptions(msgspec.Struct, frozen=True, kw_only=True):
    """One simulator's configuration."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = 8090
    """Port to listen on. 0 picks a free one."""
    accounts_file: str | None = None
    """TOML or JSON list of accounts (see `accounts_file`). None: every key `sk-ant-…` is an organization of its own."""
    seed: int = 0
    """Two simulators with one seed give the same answers to the same requests."""
    speed: float = 1.0
    """Simulated seconds per real second; at 60 a minute's rate limit refills in a second."""
    ttft: float = 0.4
    """Time to first token, in simulated seconds."""
    tokens_per_second: float = 60.0
    """Output tokens per simulated second after the first one."""
    faults: tuple[str, ...] = ()
    """Faults in force from the start, as `NAME[;key=value…]` (see `faults`)."""

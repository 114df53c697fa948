"""What a person may choose when starting the simulator."""

from __future__ import annotations

import msgspec


class SimulatorOptions(msgspec.Struct, frozen=True, kw_only=True):
    """One simulator's configuration. What is None comes from the scenario, or is its default."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = 8090
    """Port to listen on. 0 picks a free one."""
    scenario_file: str | None = None
    """TOML file that says all of this and more (see `scenario`)."""
    accounts_file: str | None = None
    """TOML or JSON list of accounts (see `accounts_file`), instead of the scenario's. With neither, every key
    `sk-ant-…` is an organization of its own."""
    seed: int | None = None
    """Two simulators with one seed give the same answers to the same requests."""
    speed: float | None = None
    """Simulated seconds per real second; at 60 a minute's rate limit refills in a second. At 0 time stands still."""
    ttft: float | None = None
    """Time to first token, in simulated seconds."""
    tokens_per_second: float | None = None
    """Output tokens per simulated second after the first one."""
    faults: tuple[str, ...] = ()
    """Faults in force from the start, as `NAME[;key=value…]` (see `faults`), besides the scenario's."""

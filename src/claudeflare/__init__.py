"""Claudeflare: a Claude API proxy that spreads requests over its owner's accounts and records every one.

Start with `ARCHITECTURE.md`. Importing this package does nothing: no I/O, no environment, no signal handlers.
"""

__version__ = "0.1.0"

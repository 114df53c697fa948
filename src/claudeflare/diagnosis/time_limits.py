"""How long each part of an examination may take, so that all of it is over in less than ten seconds whatever hangs."""

from __future__ import annotations

from typing import Final

LOCK_SECONDS: Final = 0.5
"""For a server that is just starting, or another command."""
TOLD_SECONDS: Final = 4.0
"""For what the server says, or the data directory without one."""
CHECK_SECONDS: Final = 3.5
"""For each check that waits for something: an upstream, a file system, the port's owner."""
DATABASE_SECONDS: Final = 1.5
"""For the search for damage; less than the two above, so that the rest of the answer comes."""

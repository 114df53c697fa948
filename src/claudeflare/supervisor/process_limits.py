"""The limit of open files, of this process and the children that inherit it."""

from __future__ import annotations

import logging
import resource
from typing import Final

log = logging.getLogger(__name__)

ENOUGH: Final = 1_048_576
"""More is of no use, and macOS refuses RLIM_INFINITY although it is its hard limit."""
FALLBACK: Final = 10_240
"""What macOS allows where it allows no more (OPEN_MAX)."""


def raise_file_limit() -> int:
    """Raise the soft limit of open files to the hard one (each client connection takes two); returns the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (ENOUGH, FALLBACK):
        target = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        if soft == resource.RLIM_INFINITY or soft >= target:
            return soft
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))
        except (OSError, ValueError) as error:
            log.debug("the limit of open files cannot be raised to %d: %s", target, error)
        else:
            return target
    log.warning("the limit of open files stays at %d; raise it with `ulimit -n`", soft)
    return soft

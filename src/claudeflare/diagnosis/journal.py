"""What gateways wrote down and control has not filed yet."""

from __future__ import annotations

from claudeflare.diagnosis.finding import Finding, ok, problem, warning
from claudeflare.formatting import count_of, duration, size
from claudeflare.journal.backlog import Backlog

SLOW_SECONDS = 60.0
"""A segment is read within seconds; one that lies for so long meets trouble."""
STUCK_SECONDS = 600.0


def check_journal(records: Backlog, payloads: Backlog, *, served: bool) -> list[Finding]:
    """Both journals. `served`: a server runs, so that somebody reads them."""
    found = [
        *_check(records, "records of requests", served=served),
        *_check(payloads, "captured bodies", served=served),
    ]
    return found or [ok("journal", "Everything that was recorded is filed.")]


def _check(backlog: Backlog, what: str, *, served: bool) -> list[Finding]:
    found = []
    waiting = f"{count_of(backlog.segments, 'segment')} ({size(backlog.bytes)}) of {what}"
    age = backlog.oldest_seconds or 0.0
    if backlog.segments and not served:
        found.append(ok("journal", f"{waiting} will be filed when the server starts."))
    elif age >= SLOW_SECONDS:
        summary = f"{waiting} wait to be filed, the oldest for {duration(age)}: control does not keep up."
        cure = "claudeflare logs --level warn says why; the data is safe until it is filed"
        say = problem if age >= STUCK_SECONDS else warning
        found.append(say("journal", summary, cure))
    if backlog.set_aside:
        summary = f"{count_of(backlog.set_aside, 'segment')} of {what} had damage and was set aside."
        cure = "check the disk; delete the *.corrupt files in journal/ when you have no use for them"
        found.append(warning("journal", summary, cure, "What could be read of it was filed."))
    return found

"""What a file of ccflare or better-ccflare holds, before anything is taken from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from claudeflare.importing.ccflare import Program, recognize
from claudeflare.importing.foreign_file import ForeignFile
from claudeflare.importing.old_accounts import OldAccount, read_accounts
from claudeflare.importing.old_requests import FIRST_SECONDS

_MONTHS: Final = (
    "SELECT CASE WHEN typeof(timestamp) IN ('integer', 'real') AND timestamp >= {first}"
    " THEN strftime('%Y-%m', timestamp / 1000, 'unixepoch') END AS month, count(*)"
    " FROM requests GROUP BY month ORDER BY month"
)
_OLDER: Final = "SELECT count(*) FROM requests WHERE timestamp >= {first} AND timestamp < {before}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The file as a whole."""

    program: Program
    accounts: list[OldAccount]
    requests: int
    too_old: int
    """Of them: from before what records are kept for."""
    months: dict[str, int]
    """`2026-10` -> requests; `?` for those whose moment makes no sense."""
    payloads: int
    """Requests whose bodies are in the file."""
    client_keys: int

    def kinds(self) -> dict[str, int]:
        """Accounts by how they are opened, or by the provider of those that are opened elsewhere."""
        words = {"api-key": "API key", "max": "subscription", "token": "token", None: "no credential"}
        counted = Counter(
            each.provider if each.mode is None and "provider" in each.why_not else words[each.mode]
            for each in self.accounts
        )
        return dict(counted.most_common())


def survey(file: ForeignFile, oldest: float) -> Survey:
    """Look at all of it. `oldest`: from when records are kept, in UTC epoch seconds. Raises `InvalidInput`."""
    program = recognize(file.path, file.columns)
    first = FIRST_SECONDS * 1000
    months = {month or "?": count for month, count in file.answer(_MONTHS.format(first=first))}
    ((too_old,),) = file.answer(_OLDER.format(first=first, before=int(oldest * 1000)))
    return Survey(
        program=program,
        accounts=read_accounts(file),
        requests=sum(months.values()),
        too_old=too_old,
        months=months,
        payloads=_count(file, "request_payloads"),
        client_keys=_count(file, "api_keys"),
    )


def _count(file: ForeignFile, table: str) -> int:
    if table not in file.columns:
        return 0
    ((count,),) = file.answer(f"SELECT count(*) FROM {table}")  # noqa: S608 names of ours
    return int(count)

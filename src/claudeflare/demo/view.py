"""The picture drawn for a terminal of any size: state first, then figures, moves and requests in what room is left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from claudeflare.demo.gauge import bar, sparkline
from claudeflare.demo.moves import Move
from claudeflare.demo.observer import RequestLine
from claudeflare.demo.picture import AccountRow, Picture
from claudeflare.formatting import UNKNOWN, clock, count_of, countdown, milliseconds, money, one_unit

QUIET = "dim"
NEAR_LIMIT = 0.8
BAR, FIGURE = 6, 6
WIDE = 100
RECENT_SECONDS = 10
"""What the request rate is averaged over."""
TITLE = "Claudeflare demo"
NOTE = "simulated API, no credentials, no network, no cost"
FIXED_LINES = 9
"""Title, sentence, header of the accounts, three figures, two headings and the footer; blank lines come on top."""


class View:
    """A picture as Rich draws it: never wider or higher than the terminal."""

    def __init__(self, picture: Picture, zone: tzinfo | None = None) -> None:
        self._picture = picture
        self._zone = zone

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        # One line less than the terminal has: the cursor's own.
        for line in self.lines(options.max_width, console.height - 1):
            line.no_wrap, line.overflow = True, "ellipsis"
            yield line

    def lines(self, width: int, height: int) -> list[Text]:
        """The whole picture as lines."""
        picture = self._picture
        spare = height - FIXED_LINES - len(picture.accounts)
        blanks = 2 if spare >= 6 else 0
        rows = max(spare - blanks, 0)
        moves = min(len(picture.moves), rows * 2 // 5) if picture.moves else 0
        shown = [_title(picture, width), sentence(picture)]
        shown += [Text()] * (blanks // 2)
        shown += list(_accounts(picture, width))
        shown += [Text()] * (blanks // 2)
        shown += list(_figures(picture, width))
        shown.append(_heading("Moves", width))
        shown += [self._move(move, width) for move in picture.moves[:moves]]
        shown.append(_heading("Requests", width))
        shown += [self._request(line, width) for line in picture.lines[: rows - moves]]
        shown += [Text()] * (rows - moves - len(picture.lines))
        shown.append(Text(f"{picture.url} · Ctrl-C ends it and sums up", QUIET))
        return shown[:height]

    def _move(self, move: Move, width: int) -> Text:
        where = f"{move.origin} → {move.target}"
        moved = f"  {move.session:<6}{where:<{_path_width(width)}}  "
        return Text.assemble((clock(move.at, self._zone), QUIET), moved, (move.why, QUIET))

    def _request(self, line: RequestLine, width: int) -> Text:
        request = line.request
        used = request["accountUsed"] or UNKNOWN
        where = used if line.origin in (None, used) else f"{line.origin} → {used}"
        model = (request["model"] or UNKNOWN).removeprefix("claude-")
        word, color = ("ok", "") if request["success"] else (str(request["statusCode"]), "red")
        return Text.assemble(
            (clock(line.ended_at, self._zone), QUIET),
            f"  {request['sessionId'] or UNKNOWN:<6}{where:<{_path_width(width)}}  {model:<11}  ",
            (f"{word:<4}", color),
            f"{one_unit(request['responseTimeMs']):>7}  {money(request['costUsd']):>8}",
        )


def sentence(picture: Picture) -> Text:
    """The state of the accounts as a person would say it."""
    accounts = picture.accounts
    if not accounts:
        return Text("No account yet.", QUIET)
    troubled = [account for account in accounts if account.status != "ok"]
    if not troubled:
        return Text.assemble(("● ", "green"), f"All {len(accounts)} accounts serving.")
    reasons = ", ".join(f"{account.name} {_held_back(account, picture.now)}" for account in troubled)
    # What is held back for some models serves the others still.
    color = "yellow" if any("" not in account.limited for account in accounts) else "red"
    return Text.assemble(("● ", color), f"{len(troubled)} of {len(accounts)} accounts held back: {reasons}.")


def _title(picture: Picture, width: int) -> Text:
    room = width - len(TITLE) - len(picture.phase)
    note = f" · {NOTE}"
    note = note if len(note) + 2 <= room else ""
    return Text.assemble((TITLE, "bold"), (note, QUIET), " " * max(room - len(note), 1), picture.phase)


def _accounts(picture: Picture, width: int) -> Iterator[Text]:
    classes = list(picture.accounts[0].used) if picture.accounts else []
    name_width = max([7, *(len(account.name) for account in picture.accounts)])
    bar_width = BAR if width < WIDE else 2 * BAR
    titles = "".join(f"  {f'{model_class} used':<{bar_width + FIGURE}}" for model_class in classes)
    yield Text(f"{'Account':<{name_width}}{titles}  In flight  State", QUIET)
    for account in picture.accounts:
        line = Text(f"{account.name:<{name_width}}")
        for model_class in classes:
            used = account.used[model_class]
            color = "red" if account.is_limited(model_class) else "yellow" if used >= NEAR_LIMIT else ""
            line.append("  ").append(bar(used, bar_width), color).append(f"{used * 100:{FIGURE - 2}.0f} %", color)
        line.append(f"  {account.in_flight:>9}  ").append("● ", _color(account))
        yield line.append(_status(account, picture.now))


def _color(account: AccountRow) -> str:
    if account.status == "ok":
        return "green"
    return "red" if "" in account.limited else "yellow"


def _status(account: AccountRow, now: float) -> str:
    return account.status + ("" if account.until is None else f" {countdown(account.until - now)}")


def _held_back(account: AccountRow, now: float) -> str:
    """`(sonnet) for 6 s`, `for 6 s`; without a time, the status: `paused`."""
    word, _, classes = account.status.partition(": ")
    scope = f"({classes}) " if classes else ""
    return f"{scope}{word}" if account.until is None else f"{scope}for {countdown(account.until - now)}"


def _figures(picture: Picture, width: int) -> Iterator[Text]:
    limits = count_of(picture.client_rate_limits, "rate limit")
    upstream = f"; upstream said 429 {times(picture.upstream_429)}"
    answered = f"{count_of(picture.answered, 'request')} answered, "
    if len(answered) + len(limits) + len(" seen by clients") + len(upstream) > width:
        answered = f"{picture.answered:,} answered, "
    line = Text(answered, "bold")
    line.append(f"{limits} seen by clients", "bold red" if picture.client_rate_limits else "bold green")
    yield line.append(upstream, "bold")
    failures = picture.client_failures
    line = Text(f"529 overloaded {times(picture.upstream_529)} · {count_of(picture.move_count, 'move')} · ")
    yield line.append(count_of(failures, "other failure"), "red" if failures else "")
    recent = picture.rates[-RECENT_SECONDS:]
    rate = sum(recent) / len(recent) if recent else 0.0
    overhead = f"overhead p50 {milliseconds(picture.overhead_p50)}, p95 {milliseconds(picture.overhead_p95)}"
    cost = "" if picture.cost is None else f" · {money(picture.cost)}"
    figures = f"{rate:.1f} requests/s · {overhead}{cost}  "
    room = max(width - len(figures), 0)
    yield Text(figures + sparkline(picture.rates[len(picture.rates) - min(room, len(picture.rates)) :]))


def times(count: int) -> str:
    """`1 time`, `37 times`."""
    return count_of(count, "time")


def _path_width(width: int) -> int:
    """Columns for `account → account`."""
    return 21 if width < WIDE else 28


def _heading(title: str, width: int) -> Text:
    return Text(f"{title} {'─' * (width - len(title) - 1)}", QUIET)

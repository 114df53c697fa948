"""Bits of a journal flip before control has read it: the damaged frame is lost, and no other."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from ordeal import Ordeal, Tell, ordeal, under_load

from claudeflare.journal.frames import decode
from claudeflare.journal.records import Finished, Frame, Opened
from claudeflare.journal.segments import CORRUPT_SUFFIX, decode_header


def frames_of(path: Path) -> list[tuple[Frame, int, int]]:
    """Each frame with its first byte and its end."""
    data = path.read_bytes()
    header = decode_header(data, path)
    assert header is not None
    found = decode(data, header[1]).frames
    starts = [header[1], *(end for _, end in found)]
    return [(frame, start, end) for (frame, end), start in zip(found, starts, strict=False)]


def flip(path: Path, position: int) -> None:
    with path.open("r+b") as file:
        file.seek(position)
        byte = file.read(1)[0]
        file.seek(position)
        file.write(bytes([byte ^ 0x10]))


def damage(this: Ordeal, path: Path, where: str) -> Frame:
    """Flip a bit of a record's content, or of a length, which hides where the next frame begins. Gives the frame."""
    whole = {each.request_id for each in this.ledger.whole}
    frames = frames_of(path)
    if where == "last frame":
        frame, start, end = frames[-1]
    else:
        records = [each for each in frames if isinstance(each[0], Finished) and each[0].id in whole]
        frame, start, end = records[len(records) // 2]
    # marker, kind, length in four bytes, checksum in four, payload.
    flip(path, start + 4 if where == "length in the middle" else end - 20)
    return frame


def destroyed(this: Ordeal, frame: Frame) -> int:
    """How many requests have lost all that was to be known of them with this frame."""
    match frame:
        case Finished():
            return sum(each.request_id == frame.id for each in this.ledger.whole)
        case Opened():  # the last frame: it was killed with its gateway, maybe before the upstream heard of it
            return sum(each.header("user-agent") == frame.user_agent for each in this.upstream.world.seen)
        case _:
            return 0


@pytest.mark.parametrize("where", ["last frame", "middle", "length in the middle"])
async def test_damage_to_the(where: str, tmp_path: Path, tell: Tell) -> None:
    async with ordeal(tmp_path / "home") as this:
        journal = this.server.home.journal
        async with under_load(this):
            stopped = this.server.signal("control", signal.SIGSTOP)
            await this.ledger.grows(100)
            segments = list(journal.glob("*.journal"))
            dying = this.server.signal("gateway", signal.SIGKILL)
            this.kills += 1
            # The next one knows no accounts until control goes on: it answers 503 after some seconds.
            await this.ledger.grows(1)
            frame = damage(this, segments[0], where)
            os.kill(stopped, signal.SIGCONT)
            await this.server.replaced("gateway", dying)
        this.excused = destroyed(this, frame)
        tell(this, await this.parity())
        assert len(list(journal.glob(f"*{CORRUPT_SUFFIX}"))) == 1

"""One request's record: written once, amended when something was learnt later."""

from __future__ import annotations

from time import monotonic

import pytest

from claudeflare.gateway import recording
from claudeflare.gateway.recording import AMEND_SECONDS, Ending, RequestRecording
from claudeflare.http1.request_parser import RequestHead
from claudeflare.journal.records import Finished, Frame, Opened

HEAD = RequestHead(
    method=b"POST", path=b"/v1/messages", query=b"beta=true", minor=1, fields=[], named={b"user-agent": b"caf\xe9"},
    host=b"localhost", content_length=None, chunked=False, keep_alive=True,
)  # fmt: skip


class Frames:
    def __init__(self) -> None:
        self.shed = 0
        self.frames: list[Frame] = []

    def append(self, frame: Frame) -> bool:
        self.frames.append(frame)
        return True


def test_a_record_is_opened_and_finished_once() -> None:
    frames = Frames()
    record = RequestRecording(frames, "cf_1", HEAD, monotonic())
    record.open()
    record.finish("complete", 200, 10, Ending())
    record.finish("truncated", 200, 10, Ending())
    opened, finished = frames.frames
    assert isinstance(opened, Opened)
    assert isinstance(finished, Finished)
    assert (opened.id, opened.path, opened.query, opened.user_agent) == ("cf_1", "/v1/messages", "beta=true", "café")
    assert (finished.terminal_state, finished.response_bytes, finished.amended) == ("complete", 10, False)


def test_a_last_byte_soon_after_is_not_worth_a_frame() -> None:
    frames = Frames()
    record = RequestRecording(frames, "cf_1", HEAD, monotonic())
    record.finish("complete", 200, 10, Ending())
    record.last_byte(12)
    assert len(frames.frames) == 1


def test_a_last_byte_long_after_amends_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = Frames()
    record = RequestRecording(frames, "cf_1", HEAD, monotonic())
    record.finish("complete", 200, 10, Ending())
    later = monotonic() + 10 * AMEND_SECONDS
    monkeypatch.setattr(recording, "monotonic", lambda: later)
    record.last_byte(12)
    amended = frames.frames[-1]
    assert isinstance(amended, Finished)
    assert (amended.amended, amended.response_bytes) == (True, 12)
    assert amended.duration_ms >= 1000


def test_work_is_the_time_between_waiting_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    record = RequestRecording(Frames(), "cf_1", HEAD, 0.0)
    clock = iter([3.0, 10.0, 12.0])
    monkeypatch.setattr(recording, "monotonic", lambda: next(clock))
    record.work_begins(1.0)
    record.work_begins()  # is under way already
    record.work_pauses()
    record.work_pauses()
    record.work_begins()
    record.work_pauses()
    assert record.overhead == 4.0

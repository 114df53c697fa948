"""A gateway as far as the journal goes, in a process of its own: appends requests 0, 1, 2, … and tells of each.

    python journal_appender.py DIRECTORY BOOT_ID SEGMENT_BYTES COUNT

Writes one byte to standard output per append that succeeded, then holds its segment until standard input ends.
COUNT 0 appends without end.
"""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path

from claudeflare.journal.writer import JournalWriter
from harness.journal_frames import whole


def main() -> None:
    directory, boot_id, segment_bytes, count = sys.argv[1:]
    writer = JournalWriter(Path(directory), 0, boot_id, int(segment_bytes))
    for number in range(int(count)) if int(count) else itertools.count():
        if writer.append(whole(str(number))):
            os.write(1, b".")
    sys.stdin.read()


if __name__ == "__main__":
    main()
